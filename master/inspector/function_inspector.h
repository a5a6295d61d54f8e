// What only a JVM (or a Python) can tell about a function: its arguments and what its own rules say
// to values.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "base/error.h"
#include "base/json_text.h"
#include "contexts/function_config.h"

namespace mist {

// The function to look at.
struct InspectedFunction {
  std::filesystem::path file;  // contents of the artifact
  std::string artifact_name;   // its extension tells what kind of file it is
  std::string sha256;          // names the contents: classes are loaded once per value
  std::string class_name;
  std::string python;  // interpreter for Python functions: a path, or a name to be found in PATH
};

// The function cannot be read, or its rules cannot be run: a class that is missing, a syntax error,
// a function that takes for ever. The fault of the artifact, not of ours.
struct InspectionProblem {
  std::string java_class;  // "java.lang.ClassNotFoundException"
  std::string message;

  bool operator==(const InspectionProblem&) const = default;
};

// What the function's rules say to the arguments of one call.
struct Validation {
  std::optional<std::string>
      failure;  // text of contract errors; nullopt when the arguments are fine
};

// No answer could be had (kUnavailable, kTimeout, or kInternal); asking again later may help.
struct NoAnswer {
  ErrorCode code = ErrorCode::kUnavailable;
  std::string message;
};

using DescribeResult = std::variant<FunctionSchema, InspectionProblem, NoAnswer>;
using ValidateResult = std::variant<Validation, InspectionProblem, NoAnswer>;

class FunctionInspector {
 public:
  virtual ~FunctionInspector() = default;
  // Any thread. `done` runs exactly once, on a thread of the inspector or before the call returns;
  // it must not block and must not throw.
  virtual void Describe(const InspectedFunction& function,
                        std::function<void(DescribeResult)> done) = 0;
  virtual void Validate(const InspectedFunction& function, const JsonText& arguments,
                        std::function<void(ValidateResult)> done) = 0;
};

}  // namespace mist
