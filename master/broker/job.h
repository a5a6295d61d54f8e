// A job as the broker, the store and the doors know it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/duration.h"
#include "base/ids.h"
#include "base/json_text.h"
#include "contexts/function_config.h"
#include "contexts/retry_settings.h"

namespace mist {

// The life of a job is drawn in docs/job-lifecycle.md; the moves between states are in job_state.h.
// If you add a state: extend job_state.h, both text tables in job_state.cc, the store's migration
// and the OpenAPI file.
enum class JobState {
  kInitialized,  // accepted, not yet durable; ended by the store's commit
  kQueued,  // waits for a worker (also while it is assigned); ended by the worker, a cancel or a
            // timeout
  kDownloading,  // the worker fetches the artifact; ended by the worker
  kStarted,      // the function runs; ended by the worker
  kCancelling,   // cancel was asked, the worker has not yet ended it; ended by the worker or the
                 // grace period
  kFinished,
  kFailed,
  kCancelled,
};

// Where a call came from: the `source` of the API.
enum class Trigger { kHttp, kCli, kKafka, kMqtt };

// The function as it was at the moment of the call.
struct FunctionCall {
  FunctionName function;
  std::string artifact_name;  // artifact key
  std::string artifact_sha1;
  std::string artifact_sha256;
  std::int64_t artifact_bytes = 0;
  std::string class_name;
  FunctionLanguage language = FunctionLanguage::kScala;

  bool operator==(const FunctionCall&) const = default;
};

struct Job {
  JobId id;
  FunctionCall call;
  ContextName context;
  JsonText arguments;  // JSON object
  std::optional<std::string> external_id;
  // Tells the request apart from every other: no two jobs have the same one. Empty: nobody asked.
  std::optional<std::string> request_key;
  std::optional<std::string> reply_topic;  // of the broker it came from: gets this job's events
  Trigger source = Trigger::kHttp;
  Timeout start_timeout;
  Timeout perform_timeout;
  std::int32_t priority = 0;  // higher first
  RetrySettings retry;        // of the call and its function; the context says the rest

  JobState state = JobState::kInitialized;
  std::int32_t attempt = 0;  // 0 until a worker was assigned
  WallTime created;
  std::optional<WallTime> started;
  std::optional<WallTime> ended;
  std::optional<WorkerId> worker;
  // kFinished: the function's JSON value. kFailed: a JSON string with the error text. Otherwise
  // empty.
  std::optional<JsonText> result;

  bool operator==(const Job&) const = default;
};

}  // namespace mist
