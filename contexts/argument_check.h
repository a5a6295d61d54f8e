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

// Parses, checks depth, UTF-8 and number range (1e999 is refused), and removes insignificant white
// space. Every number keeps its digits. Memory and stack do not depend on the nesting of the input.
[[nodiscard]] std::variant<JsonText, BadJson> CompactJson(std::string_view text,
                                                          const JsonLimits& limits = {});

// How error texts name a type: "List[Int]", "Map[String, Double]", "Object {a=Int,b=String}".
std::string NameOf(const ArgType& type);

// Empty when the arguments fit. Otherwise what is wrong, such as
// "Invalid field numbers:Invalid type: expected List[Int], got abc"; several are "Errors[a,b]".
// When the fault is inside of an argument, its place follows: "... got [1,\"x\"] (at numbers[1]:
// Invalid type: expected Int, got x)". Missing and null arguments are the same thing; arguments
// that the schema does not name are accepted; long values are cut. Arguments that are fields of a
// class are told as "Incomplete object for class X, reason: ...". `arguments` is a JSON object;
// anything else is answered by "Invalid type: expected Object, got <value>".
[[nodiscard]] std::string CheckArguments(const FunctionSchema& schema, const JsonText& arguments);

}  // namespace mist
