// The reads of the job table.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "master/store/sqlite_connection.h"
#include "master/store/store.h"

namespace mist {

// Jobs whose row does not match its checksums are never returned: Find() and Unfinished() throw
// Error (kCorrupt); List() leaves them out and says so in the log, so that one damaged row does not
// hide all the others.
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
