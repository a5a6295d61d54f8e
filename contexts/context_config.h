// A context: a named bundle of Spark settings and worker policy. Wire names are those of the
// original (docs/api).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/duration.h"
#include "base/ids.h"
#include "contexts/retry_settings.h"

namespace mist {

enum class WorkerMode {
  kExclusive,  // one worker per job, thrown away afterwards
  kShared,     // workers live on and are used again
};

// Equal values mean: no worker needs to be replaced.
struct ContextConfig {
  ContextName name;
  std::map<std::string, std::string> spark_conf;  // spark-submit's --conf entries
  Timeout downtime = std::chrono::hours(1);       // shared workers stop after so long without a job
  std::int32_t max_jobs = 1;                      // jobs at once in the whole context, at least 1
  std::int32_t jobs_per_worker = 1;  // jobs at once in one shared worker, at least 1; exclusive: 1
  bool precreated = false;           // shared: start workers before the first job
  std::string run_options;           // further spark-submit options; quotes hold blanks together
  WorkerMode worker_mode = WorkerMode::kExclusive;
  Timeout streaming_duration = std::chrono::seconds(1);  // batch interval of streaming functions
  std::int32_t max_conn_failures = 5;  // failed worker starts in a row that break the context
  std::int32_t retries = 0;            // further attempts of a job that failed
  RetryOn retry_on = RetryOn::kWorkerLost;
  Timeout retry_backoff = std::chrono::seconds(1);  // before the first of them; doubles; never Inf

  // What the settings of a request or a function are completed by.
  RetrySettings Retry() const { return {retries, retry_on, retry_backoff}; }

  bool operator==(const ContextConfig&) const = default;
};

inline constexpr char kDefaultContext[] = "default";

// "exclusive", "shared".
std::string_view ToString(WorkerMode mode);
std::optional<WorkerMode> ParseWorkerMode(std::string_view text);

}  // namespace mist
