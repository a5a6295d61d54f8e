// The reads of the job table.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "master/store/sqlite_connection.h"
#include "master/store/store.h"

namespace mist {

// Jobs whose row does not match its checksums are never returned: Find() throws Error (kCorrupt);
// List() and Unfinished() leave them out and say so in the log, so that one damaged row neither
// hides all the others nor keeps the master from starting.
class SqliteJobReader {
 public:
  explicit SqliteJobReader(SqliteConnection& connection);

  std::optional<Job> Find(const JobId& id);
  JobPage List(const JobQuery& query);
  std::vector<Job> Unfinished();

 private:
  std::vector<Job> FindIntact(const std::vector<JobId>& ids);
  std::int64_t Total(const JobQuery& query);
  std::int64_t CountIn(JobState state, const JobQuery& query);

  SqliteConnection& connection_;
  SqliteStatement find_;
  SqliteStatement ids_in_state_;
  SqliteStatement count_;
  SqliteStatement count_by_function_;
  SqliteStatement count_by_worker_;
};

}  // namespace mist
