#include "master/store/store_backup.h"

#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>

#include "base/error.h"
#include "base/file.h"
#include "master/store/commit_mark.h"
#include "master/store/sqlite_connection.h"
#include "master/store/sqlite_schema.h"

namespace mist {
namespace {

using std::filesystem::path;

// The copy is synced as a whole at the end.
constexpr char kCopySetUp[] = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF";
// A copy has the journal mode of its original; a backup must be one file that can be read anywhere.
constexpr char kOneFile[] = "PRAGMA journal_mode = DELETE";
constexpr char kEmptyLog[] = "PRAGMA wal_checkpoint(TRUNCATE)";

path Beside(const path& file, const char* suffix) {
  return file.string() + suffix;
}

void Remove(const path& file) {
  std::error_code error;
  std::filesystem::remove(file, error);
  if (error) throw SystemError(error.value(), "remove " + file.string());
}

void Rename(const path& from, const path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (error) throw SystemError(error.value(), "rename " + from.string());
}

path FolderOf(const path& file) {
  return std::filesystem::absolute(file).parent_path();
}

void RequireFile(const path& file) {
  std::error_code error;
  if (std::filesystem::is_regular_file(file, error)) return;
  throw Error(ErrorCode::kInvalidInput, "there is no file " + file.string());
}

// A file that is being made under another name; gone again unless it is put in its place.
class NewFile {
 public:
  explicit NewFile(path name) : name_(std::move(name)) { RemoveAll(); }
  ~NewFile() {
    try {
      RemoveAll();
    } catch (const Error&) {  // the next one removes it
    }
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  const path& Name() const { return name_; }

  void PutInPlace(const path& place) {
    SyncFile(OpenFile(name_, O_RDONLY), name_);
    Rename(name_, place);
    SyncFolder(FolderOf(place));
  }

 private:
  void RemoveAll() {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) Remove(Beside(name_, suffix));
  }

  const path name_;
};

void CopyDatabase(const path& from, const path& to) {
  SqliteConnection source(from, SqliteConnection::Mode::kReadOnly);
  SqliteConnection target(to, SqliteConnection::Mode::kReadWrite);
  target.Execute(kCopySetUp);
  source.CopyTo(target);
  target.Execute(kOneFile);
}

void BringUpToDate(const path& file) {
  SqliteConnection connection(file, SqliteConnection::Mode::kReadWrite);
  if (CheckSchema(connection) == SchemaAge::kOlder) MigrateSchema(connection);
}

// The write-ahead log of the old database must never meet the new one. A damaged one is kept beside
// it as it is.
void MoveLogIntoFile(const path& database) {
  if (FindLostCommits(database)) return;
  try {
    SqliteConnection(database, SqliteConnection::Mode::kReadWrite).Execute(kEmptyLog);
  } catch (const Error&) {
  }
}

void KeepAs(const path& file, const path& kept) {
  std::error_code error;
  std::filesystem::create_hard_link(file, kept, error);
  if (!error) return;
  std::filesystem::copy_file(file, kept, error);  // a file system without links
  if (error) throw SystemError(error.value(), "keep " + file.string() + " as " + kept.string());
  SyncFile(OpenFile(kept, O_RDONLY), kept);
}

void KeepOld(const path& database, const path& keep_as) {
  MoveLogIntoFile(database);
  KeepAs(database, keep_as);
  const path log = Beside(database, "-wal");
  if (std::filesystem::exists(log)) KeepAs(log, Beside(keep_as, "-wal"));
  SyncFolder(FolderOf(database));
  Remove(log);
  Remove(Beside(database, "-shm"));
  RemoveCommitMark(database);
}

}  // namespace

CheckedStore BackUpDatabase(const path& database, const path& backup, const OnFinding& on_finding) {
  RequireFile(database);
  if (auto lost = FindLostCommits(database)) on_finding({lost->what, lost->remedy});
  if (std::filesystem::exists(backup)) {
    throw Error(ErrorCode::kInvalidInput,
                backup.string() + " exists already; name another file for the backup");
  }
  NewFile copy(Beside(backup, ".part"));
  CopyDatabase(database, copy.Name());
  CheckedStore checked = CheckDatabase(copy.Name(), on_finding);
  copy.PutInPlace(backup);
  return checked;
}

std::optional<RestoredDatabase> RestoreDatabase(const path& backup, const path& database,
                                                const path& keep_as, const OnFinding& on_finding) {
  RequireFile(backup);
  NewFile copy(Beside(database, ".restore"));
  bool is_whole = true;
  const OnFinding remember = [&](const StoreFinding& finding) {
    is_whole = false;
    on_finding(finding);
  };
  CheckDatabase(backup, remember);
  if (!is_whole) return std::nullopt;
  CopyDatabase(backup, copy.Name());
  BringUpToDate(copy.Name());
  RestoredDatabase restored{CheckDatabase(copy.Name(), remember), std::nullopt};
  if (!is_whole) return std::nullopt;

  if (std::filesystem::exists(database)) {
    KeepOld(database, keep_as);
    restored.kept = keep_as;
  }
  copy.PutInPlace(database);
  return restored;
}

}  // namespace mist
