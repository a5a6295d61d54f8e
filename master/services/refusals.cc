#include "master/services/refusals.h"

#include <utility>

namespace mist {

Refusal InvalidArgument(std::string message) {
  return {Refusal::Kind::kInvalid, std::move(message), "java.lang.IllegalArgumentException"};
}

Refusal IllegalState(std::string message) {
  return {Refusal::Kind::kInvalid, std::move(message), "java.lang.IllegalStateException"};
}

Refusal NotFound(std::string message) {
  return {Refusal::Kind::kNotFound, std::move(message), ""};
}

Refusal FromProblem(const InspectionProblem& problem) {
  return {Refusal::Kind::kInvalid, problem.message, problem.java_class};
}

Refusal FromNoAnswer(const NoAnswer& no_answer) {
  const bool passes =
      no_answer.code == ErrorCode::kUnavailable || no_answer.code == ErrorCode::kTimeout;
  return {passes ? Refusal::Kind::kUnavailable : Refusal::Kind::kFailed, no_answer.message, ""};
}

}  // namespace mist
