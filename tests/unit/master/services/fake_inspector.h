// An inspector that answers from a table, at once or when a test says so.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "master/inspector/function_inspector.h"

namespace mist::testing {

class FakeInspector : public FunctionInspector {
 public:
  void Describe(const InspectedFunction& function,
                std::function<void(DescribeResult)> done) override EXCLUDES(mu_);
  void Validate(const InspectedFunction& function, const JsonText& arguments,
                std::function<void(ValidateResult)> done) override EXCLUDES(mu_);

  // What it says of a class; of others it says ClassNotFoundException.
  void Know(const std::string& class_name, DescribeResult result) EXCLUDES(mu_);
  void SetValidation(ValidateResult result) EXCLUDES(mu_);

  // From now on Describe() is answered by Release() only.
  void Hold() EXCLUDES(mu_);
  void Release() EXCLUDES(mu_);

  // Everything that Describe() was asked so far.
  std::vector<InspectedFunction> Described() const EXCLUDES(mu_);
  void WaitUntilDescribed(std::size_t count) EXCLUDES(mu_);

 private:
  DescribeResult ResultLocked(const std::string& class_name) const REQUIRES(mu_);

  mutable Mutex mu_;
  CondVar asked_;
  bool holding_ GUARDED_BY(mu_) = false;
  std::vector<InspectedFunction> described_ GUARDED_BY(mu_);
  std::vector<std::function<void()>> held_ GUARDED_BY(mu_);
  std::map<std::string, DescribeResult> known_ GUARDED_BY(mu_);
  ValidateResult validation_ GUARDED_BY(mu_) = Validation{};
};

// A Scala function with these arguments of type Int.
FunctionSchema SchemaWith(const std::vector<std::string>& int_arguments,
                          bool has_validators = false);

}  // namespace mist::testing
