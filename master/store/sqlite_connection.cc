#include "master/store/sqlite_connection.h"

#include <algorithm>
#include <cerrno>

#include <sqlite3.h>

#include "base/error.h"
#include "master/store/fnv1a.h"

namespace mist {
namespace {

// Longer than any checkpoint or commit holds a lock; within one process nobody else does.
constexpr int kBusyTimeoutMs = 60'000;

// A write that was refused for lack of space is complete in no case, so its transaction is known to
// be undone. Every other input or output error leaves open what reached the disk.
bool IsDiskFull(sqlite3* handle) {
  const int code = sqlite3_extended_errcode(handle);
  if ((code & 0xff) == SQLITE_FULL) return true;
  const int system_error = sqlite3_system_errno(handle);
  return code == SQLITE_IOERR_WRITE && (system_error == EDQUOT || system_error == EFBIG);
}

ErrorCode CodeOf(sqlite3* handle) {
  if (IsDiskFull(handle)) return ErrorCode::kDiskFull;
  switch (sqlite3_extended_errcode(handle) & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::kTimeout;
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
      return ErrorCode::kInternal;
    default:
      return ErrorCode::kIo;
  }
}

// What tells one statement from another: its first line that is not empty.
std::string_view FirstLine(std::string_view sql) {
  sql.remove_prefix(std::min(sql.find_first_not_of(" \n"), sql.size()));
  return sql.substr(0, sql.find('\n'));
}

[[noreturn]] void ThrowError(sqlite3* handle, std::string_view sql) {
  throw Error(CodeOf(handle), "store: " + std::string(FirstLine(sql)) + ": " +
                                  sqlite3_errmsg(handle) + " (SQLite code " +
                                  std::to_string(sqlite3_extended_errcode(handle)) + ")");
}

// row_checksum(a, b, ...): type, length and bytes of each value, so that ("ab", "") differs from
// ("a", "b").
void RowChecksum(sqlite3_context* context, int count, sqlite3_value** values) {
  Fnv1a hash;
  for (int i = 0; i < count; ++i) {
    const int type = sqlite3_value_type(values[i]);
    hash.Add(&type, sizeof type);
    if (type == SQLITE_INTEGER) {
      const sqlite3_int64 number = sqlite3_value_int64(values[i]);
      hash.Add(&number, sizeof number);
    } else if (type != SQLITE_NULL) {
      const void* text = sqlite3_value_text(values[i]);
      const int bytes = sqlite3_value_bytes(values[i]);
      hash.Add(&bytes, sizeof bytes);
      hash.Add(text, static_cast<std::size_t>(bytes));
    }
  }
  sqlite3_result_int64(context, hash.Value());
}

int CallOnCommit(void* callback, sqlite3*, const char*, int wal_pages) {
  (*static_cast<std::function<void(int)>*>(callback))(wal_pages);
  return SQLITE_OK;
}

}  // namespace

SqliteConnection::SqliteConnection(const std::filesystem::path& file, Mode mode) {
  // SQLite counts its memory under a lock of the whole process, which each allocation takes.
  [[maybe_unused]] static const int counts_not = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  const int access =
      mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int result = sqlite3_open_v2(file.c_str(), &handle_, access | SQLITE_OPEN_NOMUTEX, nullptr);
  if (result != SQLITE_OK) {
    const Error error(ErrorCode::kIo,
                      "store: open " + file.string() + ": " + sqlite3_errstr(result));
    sqlite3_close(handle_);
    throw error;
  }
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  sqlite3_create_function_v2(handle_, "row_checksum", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                             nullptr, RowChecksum, nullptr, nullptr, nullptr);
}

SqliteConnection::~SqliteConnection() {
  sqlite3_close_v2(handle_);
}

void SqliteConnection::Execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) ThrowError(handle_, sql);
}

bool SqliteConnection::InTransaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

// In one step, which reads one snapshot: steps of a part would begin again after each commit of
// another process.
void SqliteConnection::CopyTo(SqliteConnection& target) {
  sqlite3_backup* backup = sqlite3_backup_init(target.handle_, "main", handle_, "main");
  if (backup == nullptr) ThrowError(target.handle_, "copy");
  sqlite3_backup_step(backup, -1);
  if (sqlite3_backup_finish(backup) != SQLITE_OK) ThrowError(target.handle_, "copy");
}

void SqliteConnection::OnCommit(std::function<void(int)> callback) {
  on_commit_ = std::move(callback);
  sqlite3_wal_hook(handle_, CallOnCommit, &on_commit_);
}

std::string SqliteConnection::LogBegin(std::size_t bytes) {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  std::string begin(bytes, '\0');
  if (log == nullptr || log->pMethods == nullptr ||
      log->pMethods->xRead(log, begin.data(), static_cast<int>(bytes), 0) != SQLITE_OK)
    return {};
  return begin;
}

SqliteSnapshot::SqliteSnapshot(SqliteConnection& connection) : connection_(connection) {
  connection_.Execute("BEGIN");
}

// Ending a read cannot lose anything, so there is nothing to report.
SqliteSnapshot::~SqliteSnapshot() {
  sqlite3_exec(connection_.Handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

SqliteStatement::SqliteStatement(SqliteConnection& connection, const char* sql) {
  const int result = sqlite3_prepare_v3(connection.Handle(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        &statement_, nullptr);
  if (result != SQLITE_OK) ThrowError(connection.Handle(), sql);
}

SqliteStatement::~SqliteStatement() {
  sqlite3_finalize(statement_);
}

void SqliteStatement::Bind(int index, std::string_view text, Texts texts) {
  sqlite3_bind_text64(statement_, index, text.empty() ? "" : text.data(), text.size(),
                      texts == Texts::kCopied ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8);
}

void SqliteStatement::Bind(int index, std::int64_t number, Texts) {
  sqlite3_bind_int64(statement_, index, number);
}

void SqliteStatement::BindNull(int index) {
  sqlite3_bind_null(statement_, index);
}

std::int64_t SqliteStatement::Finish() {
  SqliteCursor cursor(statement_);
  while (cursor.Next()) {
  }
  return sqlite3_changes64(sqlite3_db_handle(statement_));
}

SqliteCursor::~SqliteCursor() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool SqliteCursor::Next() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  ThrowError(sqlite3_db_handle(statement_), sqlite3_sql(statement_));
}

std::int64_t SqliteCursor::Int(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string SqliteCursor::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<std::int64_t> SqliteCursor::OptionalInt(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return Int(column);
}

std::optional<std::string> SqliteCursor::OptionalText(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return Text(column);
}

}  // namespace mist
