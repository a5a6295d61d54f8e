// Requests to run something, as the JSON bodies that carry them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/json_text.h"
#include "contexts/context_json.h"
#include "contexts/function_config.h"

namespace mist {

// A run of an artifact without a registered function.
struct DevRequest {
  FunctionConfig function;  // under the name that the job is to show
  JsonText parameters;      // JSON object; {} when none was given
  std::optional<std::string> external_id;
};

// A call of a registered function.
struct FunctionRequest {
  FunctionName function;
  JsonText parameters;  // JSON object; {} when none was given
  std::optional<std::string> external_id;
  std::optional<ContextName> context;      // nullopt: the function's default
  RetrySettings retry;                     // wins over the function's
  std::optional<std::string> reply_topic;  // of the message broker that the request came from
  bool unique = false;                     // no second job for the same external_id, which it has
};

// {"fakeName":"x","path":"a.jar","className":"Foo$","parameters":{},"externalId":"e","context":"c"}.
// parameters and externalId may be missing; retries, retryOn and retryBackoff are taken as those of
// a function; other keys are ignored.
[[nodiscard]] std::variant<DevRequest, BadBody> ParseDevRequest(std::string_view body,
                                                                std::size_t max_depth);

// What arrives at Kafka and MQTT topics: a DevRequest, or
// {"functionId":"f","parameters":{},"externalId":"e","runSettings":{"contextId":"c",
//  "retries":1,"retryOn":"failure","retryBackoff":"10s"},"replyTopic":"t","unique":true},
// where only functionId is required; other keys are ignored.
[[nodiscard]] std::variant<DevRequest, FunctionRequest, BadBody> ParseMessageRequest(
    std::string_view body, std::size_t max_depth);

}  // namespace mist
