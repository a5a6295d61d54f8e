// Checks a call's arguments against a function's stored schema, without any JVM.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "base/json_text.h"
#include "contexts/function_config.h"

namespace mist {

struct JsonLimits {
  std::size_t max_depth = 256;
};

struct BadJson {
  std::string message;  // what is wrong and where (byte offset)
};

// Parses, checks depth, UTF-8 and number range (1e999 is refused), and removes insignificant white space. Every
// number keeps its digits. Memory and stack do not depend on the nesting of the input.
[[nodiscard]] std::variant<JsonText, BadJson> CompactJson(std::string_view text, const JsonLimits& limits = {});

// nullopt-like empty string when the arguments fit. Otherwise the text of contract 7.2, such as
// "Invalid field numbers:Invalid type: expected List[Int], got abc"; several are "Errors[a,b]". Missing and null
// arguments are the same thing; arguments that the schema does not name are accepted.
// `arguments` is a JSON object; anything else is answered by "Invalid type: expected Object, got <value>".
[[nodiscard]] std::string CheckArguments(const FunctionSchema& schema, const JsonText& arguments);

}  // namespace mist
