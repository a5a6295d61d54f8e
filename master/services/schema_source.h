// Argument schemas by artifact contents and class name: from memory, else from the store, else from
// the inspector.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "base/mutex.h"
#include "contexts/function_config.h"
#include "master/inspector/function_inspector.h"
#include "master/store/store.h"

namespace mist {

using SchemaResult =
    std::variant<std::shared_ptr<const FunctionSchema>, InspectionProblem, NoAnswer>;

// One reading of one schema, on which any number of threads wait.
class SchemaRead {
 public:
  void Settle(SchemaResult result) EXCLUDES(mu_);
  // Ends, because the inspector answers every request.
  SchemaResult Wait() EXCLUDES(mu_);
  // nullopt when the deadline passed first.
  std::optional<SchemaResult> WaitUntil(MonoTime deadline) EXCLUDES(mu_);

 private:
  Mutex mu_;
  CondVar settled_;
  std::optional<SchemaResult> result_ GUARDED_BY(mu_);
};

// Contents never change, so a schema that was read once stays right and is stored. Failures are not
// kept: the next use asks again. Callers that want the same schema at the same time share one
// inspection. Any thread but the broker's; the inspector must be stopped before this is destroyed.
class SchemaSource {
 public:
  SchemaSource(Store& store, FunctionInspector& inspector) : store_(store), inspector_(inspector) {}

  // Throws what the store throws.
  std::shared_ptr<SchemaRead> Begin(const InspectedFunction& function) EXCLUDES(mu_);

  // What is known without the inspector; nullptr when nothing is.
  std::shared_ptr<const FunctionSchema> FindKnown(const std::string& sha256,
                                                  const std::string& class_name) EXCLUDES(mu_);

 private:
  using Key = std::pair<std::string, std::string>;  // SHA-256, class name

  std::shared_ptr<const FunctionSchema> FindRememberedLocked(const Key& key) const REQUIRES(mu_);
  std::shared_ptr<const FunctionSchema> Remember(const Key& key, FunctionSchema schema)
      EXCLUDES(mu_);
  void Complete(const Key& key, SchemaRead& read, DescribeResult result) EXCLUDES(mu_);
  void Save(const Key& key, const FunctionSchema& schema);

  Store& store_;                  // synchronizes itself
  FunctionInspector& inspector_;  // synchronizes itself
  Mutex mu_;
  std::map<Key, std::shared_ptr<const FunctionSchema>> remembered_ GUARDED_BY(mu_);
  std::map<Key, std::shared_ptr<SchemaRead>> in_flight_ GUARDED_BY(mu_);
};

}  // namespace mist
