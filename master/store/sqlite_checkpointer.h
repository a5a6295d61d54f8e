// Copies the write-ahead log back into the database file, on a thread of its own so that commits do
// not wait for it.
#pragma once

#include <filesystem>
#include <thread>

#include "base/mutex.h"
#include "master/store/sqlite_connection.h"

namespace mist {

class SqliteCheckpointer {
 public:
  // The file is a database in WAL mode already. Throws Error.
  explicit SqliteCheckpointer(const std::filesystem::path& file);
  ~SqliteCheckpointer();
  SqliteCheckpointer(const SqliteCheckpointer&) = delete;
  SqliteCheckpointer& operator=(const SqliteCheckpointer&) = delete;

  // How long the log is now. Any thread; never waits for the disk.
  void LogHasGrown(int wal_pages) EXCLUDES(mu_);
  // The disk is full. What the log holds fits into the file in less space as a rule, and a log that
  // starts over needs no new space for a while. Any thread; does not wait.
  void MakeRoom() EXCLUDES(mu_);

 private:
  enum class Work { kNone, kPassive, kRestart };

  void AskLocked(Work work) REQUIRES(mu_);
  void Run() EXCLUDES(mu_);
  void Checkpoint(Work work);

  SqliteConnection connection_;  // used by thread_ only
  bool failing_ = false;         // used by thread_ only: the last checkpoint failed
  Mutex mu_;
  CondVar changed_;
  Work asked_ GUARDED_BY(mu_) = Work::kNone;
  int asked_at_pages_ GUARDED_BY(mu_) = 0;  // how long the log was then
  bool stopping_ GUARDED_BY(mu_) = false;
  std::thread thread_;  // last: stops before the fields it uses die
};

}  // namespace mist
