// Further attempts of jobs that failed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mist {

// Which failures give a job another attempt.
enum class RetryOn {
  kWorkerLost,  // its worker was lost
  kFailure,     // that, or the function failed
};

// What a request or a function says of further attempts. Each setting that it leaves out is the
// next one's: the request wins over its function, the function over the context, which says all.
struct RetrySettings {
  std::optional<std::int32_t> retries;  // at least 0
  std::optional<RetryOn> retry_on;
  std::optional<std::chrono::nanoseconds> retry_backoff;  // nullopt: left out; it is never Inf

  bool IsEmpty() const { return !retries && !retry_on && !retry_backoff; }
  // What `next` says of the settings that are left out here.
  RetrySettings CompletedBy(const RetrySettings& next) const {
    return {retries ? retries : next.retries, retry_on ? retry_on : next.retry_on,
            retry_backoff ? retry_backoff : next.retry_backoff};
  }

  bool operator==(const RetrySettings&) const = default;
};

// "worker-lost", "failure".
std::string_view ToString(RetryOn retry_on);
std::optional<RetryOn> ParseRetryOn(std::string_view text);

// As the API writes it: "5s". nullopt when it is no duration, or Inf.
std::optional<std::chrono::nanoseconds> ParseRetryBackoff(std::string_view text);

}  // namespace mist
