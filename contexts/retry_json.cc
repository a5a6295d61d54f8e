#include "contexts/retry_json.h"

#include <string>

#include "contexts/utf8.h"

namespace mist {
namespace {

std::optional<RetryOn> ReadRetryOn(JsonBody& body) {
  const std::string text = body.String("retryOn");
  const auto retry_on = ParseRetryOn(text);
  if (!retry_on) {
    body.Refuse("Unknown retryOn " + std::string(CutUtf8(text, kMaxShownBytes)) +
                ": worker-lost or failure");
  }
  return retry_on;
}

std::optional<std::chrono::nanoseconds> ReadRetryBackoff(JsonBody& body) {
  const std::string text = body.String("retryBackoff");
  const auto backoff = ParseRetryBackoff(text);
  if (!backoff) {
    body.Refuse("retryBackoff must be a duration such as 10s, not Inf, got " +
                std::string(CutUtf8(text, kMaxShownBytes)));
  }
  return backoff;
}

}  // namespace

RetrySettings ReadRetrySettings(JsonBody& body) {
  RetrySettings settings;
  if (body.Has("retries")) settings.retries = body.NonNegativeInt("retries");
  if (body.Has("retryOn")) settings.retry_on = ReadRetryOn(body);
  if (body.Has("retryBackoff")) settings.retry_backoff = ReadRetryBackoff(body);
  return settings;
}

void AddRetrySettings(const RetrySettings& settings, nlohmann::ordered_json& object) {
  if (settings.retries) object["retries"] = *settings.retries;
  if (settings.retry_on) object["retryOn"] = ToString(*settings.retry_on);
  if (settings.retry_backoff) object["retryBackoff"] = ToJsonDuration(settings.retry_backoff);
}

}  // namespace mist
