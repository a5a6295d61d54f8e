#include "contexts/retry_settings.h"

#include "base/duration.h"

namespace mist {

std::string_view ToString(RetryOn retry_on) {
  return retry_on == RetryOn::kFailure ? "failure" : "worker-lost";
}

std::optional<RetryOn> ParseRetryOn(std::string_view text) {
  if (text == "failure") return RetryOn::kFailure;
  if (text == "worker-lost") return RetryOn::kWorkerLost;
  return std::nullopt;
}

std::optional<std::chrono::nanoseconds> ParseRetryBackoff(std::string_view text) {
  const auto parsed = ParseTimeout(text);
  return parsed ? parsed->timeout : std::nullopt;
}

}  // namespace mist
