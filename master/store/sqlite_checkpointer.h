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

 private:
  void Run() EXCLUDES(mu_);
  void Checkpoint(int wal_pages);

  SqliteConnection connection_;  // used by thread_ only
  Mutex mu_;
  CondVar changed_;
  int wal_pages_ GUARDED_BY(mu_) = 0;  // 0: nothing to do
  bool stopping_ GUARDED_BY(mu_) = false;
  std::thread thread_;  // last: stops before the fields it uses die
};

}  // namespace mist
