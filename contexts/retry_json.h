// The members retries, retryOn and retryBackoff of contexts, functions and requests. Internal to
// contexts/.
#pragma once

#include <nlohmann/json.hpp>

#include "contexts/json_body.h"
#include "contexts/retry_settings.h"

namespace mist {

inline constexpr const char* kRetryMembers[] = {"retries", "retryOn", "retryBackoff"};

// Those that are there.
RetrySettings ReadRetrySettings(JsonBody& body);

// Adds those that are set.
void AddRetrySettings(const RetrySettings& settings, nlohmann::ordered_json& object);

}  // namespace mist
