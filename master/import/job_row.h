// A row of the table job_details of Mist 1.1, and the job that it becomes. Both databases have the
// same columns; H2's first version called `function` `endpoint`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "master/broker/job.h"

namespace mist {

// Every value as text; nullopt is NULL.
struct JobRow {
  std::optional<std::string> path;
  std::optional<std::string> class_name;
  std::optional<std::string> name_space;  // the context
  std::optional<std::string> parameters;  // JSON object
  std::optional<std::string> external_id;
  std::optional<std::string> function;
  std::optional<std::string> source;
  std::optional<std::string> job_id;
  std::optional<std::string> start_time;  // epoch milliseconds
  std::optional<std::string> end_time;
  std::optional<std::string> job_result;  // {"result":...}, {"error":"..."}, or a JSON string
  std::optional<std::string> status;
  std::optional<std::string> worker_id;
  std::optional<std::string> create_time;

  // Columns that have no use here are ignored: `action` is `execute` in every row that can be.
  void Set(std::string_view column, std::optional<std::string> value);
};

struct ImportedJob {
  Job job;  // has ended
  // The old master had not seen its end: it is failed, and its end is the time of the import.
  bool was_unfinished = false;
};

struct RefusedRow {
  std::string reason;
};

// Ids stay what they are. `now` is the end of what had not ended.
[[nodiscard]] std::variant<ImportedJob, RefusedRow> ToJob(const JobRow& row, WallTime now);

}  // namespace mist
