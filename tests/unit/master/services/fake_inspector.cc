#include "tests/unit/master/services/fake_inspector.h"

#include <utility>

namespace mist::testing {

void FakeInspector::Describe(const InspectedFunction& function,
                             std::function<void(DescribeResult)> done) {
  std::function<void()> answer;
  {
    MutexLock lock(mu_);
    described_.push_back(function);
    answer = [done = std::move(done), result = ResultLocked(function.class_name)] { done(result); };
    if (holding_) held_.push_back(std::exchange(answer, nullptr));
  }
  asked_.NotifyAll();
  if (answer) answer();
}

void FakeInspector::Validate(const InspectedFunction&, const JsonText&,
                             std::function<void(ValidateResult)> done) {
  ValidateResult result;
  {
    MutexLock lock(mu_);
    result = validation_;
  }
  done(std::move(result));
}

void FakeInspector::Know(const std::string& class_name, DescribeResult result) {
  MutexLock lock(mu_);
  known_.insert_or_assign(class_name, std::move(result));
}

void FakeInspector::SetValidation(ValidateResult result) {
  MutexLock lock(mu_);
  validation_ = std::move(result);
}

void FakeInspector::Hold() {
  MutexLock lock(mu_);
  holding_ = true;
}

void FakeInspector::Release() {
  std::vector<std::function<void()>> answers;
  {
    MutexLock lock(mu_);
    holding_ = false;
    answers.swap(held_);
  }
  for (const auto& answer : answers) answer();
}

std::vector<InspectedFunction> FakeInspector::Described() const {
  MutexLock lock(mu_);
  return described_;
}

void FakeInspector::WaitUntilDescribed(std::size_t count) {
  MutexLock lock(mu_);
  asked_.Wait(mu_, [&]() REQUIRES(mu_) { return described_.size() >= count; });
}

DescribeResult FakeInspector::ResultLocked(const std::string& class_name) const {
  const auto found = known_.find(class_name);
  if (found != known_.end()) return found->second;
  return InspectionProblem{"java.lang.ClassNotFoundException", class_name};
}

FunctionSchema SchemaWith(const std::vector<std::string>& int_arguments, bool has_validators) {
  FunctionSchema schema;
  for (const std::string& name : int_arguments) {
    schema.arguments.push_back({name, ArgType{ArgType::Kind::kInt, {}, {}, ""}});
  }
  schema.has_validators = has_validators;
  return schema;
}

}  // namespace mist::testing
