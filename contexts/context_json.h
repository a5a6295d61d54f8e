// Contexts and functions as the JSON of the HTTP API, and schemas as the JSON that the store and
// the inspector use.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/json_text.h"
#include "contexts/context_config.h"
#include "contexts/function_config.h"

namespace mist {

// A body that cannot be taken. `text` is the whole text of the 400 answer, such as
// "The request content was malformed:\nObject is missing required member 'path'" or "Unknown mode
// x".
struct BadBody {
  std::string text;
};

// POST: `name` is required, everything else comes from `defaults` when it is missing. A given
// sparkConf replaces that of the defaults as a whole. Unknown keys are ignored.
[[nodiscard]] std::variant<ContextConfig, BadBody> ParseContextCreate(
    std::string_view body, const ContextConfig& defaults);

// PUT: all of the nine keys of the original are required; jobsPerWorker, which the original has
// not, stays that of `current` when it is missing. The name is the body's: the caller compares it
// with the path's.
[[nodiscard]] std::variant<ContextConfig, BadBody> ParseContextUpdate(std::string_view body,
                                                                      const ContextConfig& current);

[[nodiscard]] JsonText ToJson(const ContextConfig& context);

[[nodiscard]] std::variant<FunctionConfig, BadBody> ParseFunctionConfig(std::string_view body);
[[nodiscard]] JsonText ToJson(const FunctionConfig& function);

// FunctionInfo of the API: the registration and what the artifact offers.
[[nodiscard]] JsonText ToFunctionInfoJson(const FunctionConfig& function,
                                          const FunctionSchema& schema);

// {"lang":"scala","arguments":[{"name":"n","type":{"type":"MInt","precise":"Long"}}],
//  "tags":["sql"],"validated":false}
// A type is that of the API (type, args, fields) with our `precise` (ArgType::precise_name) when
// there is one.
[[nodiscard]] JsonText ToJson(const FunctionSchema& schema);

// Throws Error (kCorrupt) when the text is not of that form: only our own programs write it.
[[nodiscard]] FunctionSchema ParseFunctionSchema(std::string_view text);

// "scala", "java", "python".
std::string_view ToString(FunctionLanguage language);

}  // namespace mist
