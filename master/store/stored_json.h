// The JSON texts inside the store: contexts and argument schemas. Not the API's JSON. Keys may be
// added: a text that lacks one reads as that field's default.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "contexts/context_config.h"
#include "contexts/function_config.h"

namespace mist {

std::string ToStoredJson(const ContextConfig& config);
std::string ToStoredJson(const FunctionSchema& schema);

// nullopt when they say nothing.
std::optional<std::string> ToStoredJson(const RetrySettings& settings);

// Throw Error (kCorrupt) when the text is not what was written.
ContextConfig ParseStoredContext(std::string_view text);
FunctionSchema ParseStoredSchema(std::string_view text);
RetrySettings ParseStoredRetry(const std::optional<std::string>& text);

// "scala", "java", "python".
std::string_view ToStoredText(FunctionLanguage language);
FunctionLanguage ParseStoredLanguage(std::string_view text);

}  // namespace mist
