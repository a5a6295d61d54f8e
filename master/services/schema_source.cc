#include "master/services/schema_source.h"

#include "base/log.h"

namespace mist {
namespace {

// Old versions of artifacts leave schemas behind; what is still in use is soon read from the store
// again.
constexpr std::size_t kMaxRemembered = 10'000;

}  // namespace

void SchemaRead::Settle(SchemaResult result) {
  {
    MutexLock lock(mu_);
    result_ = std::move(result);
  }
  settled_.NotifyAll();
}

SchemaResult SchemaRead::Wait() {
  MutexLock lock(mu_);
  settled_.Wait(mu_, [this]() REQUIRES(mu_) { return result_.has_value(); });
  return *result_;
}

std::optional<SchemaResult> SchemaRead::WaitUntil(MonoTime deadline) {
  MutexLock lock(mu_);
  settled_.WaitUntil(mu_, deadline, [this]() REQUIRES(mu_) { return result_.has_value(); });
  return result_;
}

std::shared_ptr<SchemaRead> SchemaSource::Begin(const InspectedFunction& function) {
  auto read = std::make_shared<SchemaRead>();
  if (auto known = FindKnown(function.sha256, function.class_name)) {
    read->Settle(std::move(known));
    return read;
  }
  const Key key{function.sha256, function.class_name};
  {
    MutexLock lock(mu_);
    // An inspection may have ended since the look-up above.
    if (auto known = FindRememberedLocked(key)) {
      read->Settle(std::move(known));
      return read;
    }
    const auto [entry, inserted] = in_flight_.emplace(key, read);
    if (!inserted) return entry->second;
  }
  inspector_.Describe(function, [this, key, read](DescribeResult result) {
    Complete(key, *read, std::move(result));
  });
  return read;
}

std::shared_ptr<const FunctionSchema> SchemaSource::FindKnown(const std::string& sha256,
                                                              const std::string& class_name) {
  const Key key{sha256, class_name};
  {
    MutexLock lock(mu_);
    if (auto known = FindRememberedLocked(key)) return known;
  }
  auto stored = store_.FindSchema(sha256, class_name);
  return stored ? Remember(key, std::move(*stored)) : nullptr;
}

std::shared_ptr<const FunctionSchema> SchemaSource::FindRememberedLocked(const Key& key) const {
  const auto found = remembered_.find(key);
  return found == remembered_.end() ? nullptr : found->second;
}

std::shared_ptr<const FunctionSchema> SchemaSource::Remember(const Key& key,
                                                             FunctionSchema schema) {
  auto shared = std::make_shared<const FunctionSchema>(std::move(schema));
  MutexLock lock(mu_);
  if (remembered_.size() >= kMaxRemembered) remembered_.clear();
  remembered_[key] = shared;
  return shared;
}

void SchemaSource::Complete(const Key& key, SchemaRead& read, DescribeResult result) {
  SchemaResult settled;
  if (auto* schema = std::get_if<FunctionSchema>(&result)) {
    Save(key, *schema);
    settled = Remember(key, std::move(*schema));
  } else if (auto* problem = std::get_if<InspectionProblem>(&result)) {
    settled = std::move(*problem);
  } else {
    settled = std::get<NoAnswer>(std::move(result));
  }
  {
    MutexLock lock(mu_);
    in_flight_.erase(key);
  }
  read.Settle(std::move(settled));
}

// A schema that is not stored costs an inspection after the next start, no more: nobody waits for
// it.
void SchemaSource::Save(const Key& key, const FunctionSchema& schema) {
  store_.Submit({SaveSchema{key.first, key.second, schema}}, [](const Error* error) {
    if (error != nullptr) log::Warn("schema_not_stored", {{"reason", error->what()}});
  });
}

}  // namespace mist
