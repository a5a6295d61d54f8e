// The reads of the job table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "master/store/job_matcher.h"
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
  std::optional<Job> FindByKey(const std::string& request_key);
  JobPage List(const JobQuery& query);
  std::vector<JobStep> Course(const JobId& id);
  std::vector<Job> Unfinished();

 private:
  JobPage Search(JobQuery query);
  // Adds what it had to read to `bytes`.
  bool Fits(const JobMatcher& matcher, std::int64_t row, std::size_t& bytes);
  std::string PositionBelow(const JobQuery& query);
  std::optional<Job> Read(std::int64_t row);
  std::vector<Job> ReadIntact(const std::vector<std::int64_t>& rows);
  std::int64_t Total(const JobQuery& query);
  std::int64_t CountIn(JobState state, const JobQuery& query);

  SqliteConnection& connection_;
  SqliteStatement find_row_;
  SqliteStatement find_row_by_key_;
  SqliteStatement find_position_;
  SqliteStatement read_;
  SqliteStatement course_;
  SqliteStatement facts_;
  SqliteStatement texts_;
  SqliteStatement id_and_time_;
  SqliteStatement rows_in_state_;
  SqliteStatement count_;
  SqliteStatement count_by_function_;
  SqliteStatement count_by_worker_;
};

}  // namespace mist
