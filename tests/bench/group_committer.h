// The least that a durable service has to do: rows in SQLite, and one sync of the disk for all who
// wait for one at the same time. No indexes but the key, no checks.
#pragma once

#include <deque>
#include <filesystem>
#include <future>
#include <string>
#include <thread>

#include <sqlite3.h>

#include "base/mailbox.h"

namespace mist::bench {

// Rows are written by any thread, which waits until its row is on the disk. Throws
// std::runtime_error.
class GroupCommitter {
 public:
  explicit GroupCommitter(const std::filesystem::path& file);
  ~GroupCommitter();
  GroupCommitter(const GroupCommitter&) = delete;
  GroupCommitter& operator=(const GroupCommitter&) = delete;

  void Insert(const std::string& id);  // a row of the size of a job that waits
  void Finish(const std::string& id);  // the size of what its end adds

 private:
  struct Write {
    sqlite3_stmt* statement = nullptr;
    std::string id;
    std::promise<void> done;
  };

  void Submit(sqlite3_stmt* statement, const std::string& id);
  void Run();
  void Commit(std::deque<Write>& group);
  void Execute(const char* sql);
  sqlite3_stmt* Prepare(const char* sql);
  void Check(int code, const char* what);

  sqlite3* db_ = nullptr;  // this and the two below: used by thread_ only once it runs
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* finish_ = nullptr;
  Mailbox<Write> mailbox_;  // synchronizes itself
  std::thread thread_;      // last: ends before the fields it uses die
};

}  // namespace mist::bench
