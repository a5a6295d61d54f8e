// The inspector's line protocol: one JSON object per line and direction, answers in any order.
//
//   {"id":7,"method":"describe","artifact":"/data/…","name":"f.jar","sha256":"…","className":"Foo$","python":"python3",
//    "pythonPath":"/opt/mist/python","timeoutMs":20000}
//   {"id":7,"schema":{"language":"scala","arguments":[{"name":"n","type":{"type":"MInt"}}],"tags":[],"validators":false}}
//   {"id":8,"method":"validate",… as above …,"arguments":{"n":1}}
//   {"id":8,"failure":null}
//   {"id":9,"error":{"class":"java.lang.ClassNotFoundException","message":"Foo$"}}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/json_text.h"
#include "master/inspector/function_inspector.h"

namespace mist {

// What is the same for every request of one inspector.
struct RequestTerms {
  std::string python_path;  // folders and archives joined by ':', put before PYTHONPATH
  Millis timeout{0};        // after which the inspector gives up on a request by itself
};

// One line with its end.
std::string EncodeDescribe(std::int64_t id, const InspectedFunction& function,
                           const RequestTerms& terms);
std::string EncodeValidate(std::int64_t id, const InspectedFunction& function,
                           const JsonText& arguments, const RequestTerms& terms);

struct InspectorAnswer {
  std::int64_t id = 0;
  std::variant<FunctionSchema, Validation, InspectionProblem> body;
};

// nullopt when the line is no answer of this protocol. One that names its request but is wrong
// otherwise is an InspectionProblem.
std::optional<InspectorAnswer> DecodeAnswer(std::string_view line);

}  // namespace mist
