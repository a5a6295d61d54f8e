#include "tests/bench/group_committer.h"

#include <stdexcept>
#include <utility>

namespace mist::bench {
namespace {

// What a row of the master's job table takes for a small call: ids, names, digests, times,
// checksums.
constexpr char kSetUp[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; "
    "CREATE TABLE job (id TEXT PRIMARY KEY, call BLOB, progress BLOB)";
constexpr char kInsert[] = "INSERT INTO job VALUES (?1, randomblob(400), randomblob(20))";
constexpr char kFinish[] = "UPDATE job SET progress = randomblob(150) WHERE id = ?1";

}  // namespace

GroupCommitter::GroupCommitter(const std::filesystem::path& file) {
  Check(sqlite3_open(file.c_str(), &db_), "open");
  Execute(kSetUp);
  insert_ = Prepare(kInsert);
  finish_ = Prepare(kFinish);
  thread_ = std::thread([this] { Run(); });
}

GroupCommitter::~GroupCommitter() {
  mailbox_.Close();
  thread_.join();
  sqlite3_finalize(insert_);
  sqlite3_finalize(finish_);
  sqlite3_close(db_);
}

void GroupCommitter::Insert(const std::string& id) {
  Submit(insert_, id);
}

void GroupCommitter::Finish(const std::string& id) {
  Submit(finish_, id);
}

void GroupCommitter::Submit(sqlite3_stmt* statement, const std::string& id) {
  Write write{statement, id, {}};
  std::future<void> done = write.done.get_future();
  if (!mailbox_.Post(std::move(write))) throw std::runtime_error("the committer was closed");
  done.get();
}

void GroupCommitter::Run() {
  for (;;) {
    std::deque<Write> group = mailbox_.TakeAll();
    if (group.empty()) return;
    try {
      Commit(group);
      for (Write& write : group) write.done.set_value();
    } catch (const std::runtime_error&) {
      for (Write& write : group) write.done.set_exception(std::current_exception());
    }
  }
}

void GroupCommitter::Commit(std::deque<Write>& group) {
  Execute("BEGIN IMMEDIATE");
  for (const Write& write : group) {
    sqlite3_bind_text(write.statement, 1, write.id.data(), static_cast<int>(write.id.size()),
                      SQLITE_STATIC);
    sqlite3_step(write.statement);  // the reset repeats what went wrong
    Check(sqlite3_reset(write.statement), "write");
  }
  Execute("COMMIT");
}

void GroupCommitter::Execute(const char* sql) {
  Check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), sql);
}

sqlite3_stmt* GroupCommitter::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  Check(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr), sql);
  return statement;
}

void GroupCommitter::Check(int code, const char* what) {
  if (code == SQLITE_OK) return;
  throw std::runtime_error(std::string(what) + ": " + sqlite3_errmsg(db_));
}

}  // namespace mist::bench
