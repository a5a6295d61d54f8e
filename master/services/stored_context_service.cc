#include "master/services/stored_context_service.h"

#include <string>
#include <utility>

#include "contexts/names.h"
#include "master/services/refusals.h"

namespace mist {
namespace {

std::map<ContextName, ContextConfig> ByName(const std::vector<ContextConfig>& contexts) {
  std::map<ContextName, ContextConfig> by_name;
  for (const ContextConfig& context : contexts) by_name[context.name] = context;
  return by_name;
}

std::map<ContextName, ContextConfig> WithDefault(const std::vector<ContextConfig>& from_file,
                                                 const ContextConfig& defaults) {
  auto by_name = ByName(from_file);
  by_name[defaults.name] = defaults;
  return by_name;
}

std::optional<Refusal> CheckContext(const ContextConfig& config) {
  if (config.name.value == kDefaultContext) {
    return InvalidArgument("Can not create context with name:\"default\"");
  }
  if (const std::string problem = CheckName(config.name.value); !problem.empty()) {
    return InvalidArgument("Can not create context: " + problem);
  }
  if (config.max_jobs < 1) return InvalidArgument("maxJobs must be at least 1");
  if (config.jobs_per_worker < 1) return InvalidArgument("jobsPerWorker must be at least 1");
  if (config.max_conn_failures < 1) return InvalidArgument("maxConnFailures must be at least 1");
  return std::nullopt;
}

}  // namespace

StoredContextService::StoredContextService(Store& store, BrokerInbox& broker,
                                           ContextConfig defaults,
                                           const std::vector<ContextConfig>& from_file)
    : store_(store),
      broker_(broker),
      defaults_(std::move(defaults)),
      from_file_(WithDefault(from_file, defaults_)),
      stored_(ByName(store.Contexts())) {}

void StoredContextService::AnnounceAll() {
  for (ContextConfig& context : List()) broker_.Post(ContextSaved{std::move(context)});
}

std::vector<ContextConfig> StoredContextService::List() {
  Contexts all;
  {
    MutexLock lock(mu_);
    all = stored_;
  }
  all.insert(from_file_.begin(), from_file_.end());
  std::vector<ContextConfig> list;
  list.reserve(all.size());
  for (auto& [name, context] : all) list.push_back(std::move(context));
  return list;
}

std::optional<ContextConfig> StoredContextService::Find(const ContextName& name) {
  {
    MutexLock lock(mu_);
    if (const auto found = stored_.find(name); found != stored_.end()) return found->second;
  }
  const auto found = from_file_.find(name);
  return found == from_file_.end() ? std::nullopt : std::optional(found->second);
}

Outcome<ContextConfig> StoredContextService::Save(ContextConfig config) {
  const NameHold hold(changing_, config.name.value);
  return SaveHeld(std::move(config));
}

Outcome<ContextConfig> StoredContextService::Update(ContextConfig config) {
  const NameHold hold(changing_, config.name.value);
  if (!Find(config.name)) return NotFound("Context with name " + config.name.value + " not found");
  return SaveHeld(std::move(config));
}

// The broker hears of an equal config too: saving a context is how a broken one is made usable
// again.
Outcome<ContextConfig> StoredContextService::SaveHeld(ContextConfig config) {
  if (auto refusal = CheckContext(config)) return *refusal;
  if (Find(config.name) != config) {
    store_.Write({SaveContext{config}});
    MutexLock lock(mu_);
    stored_[config.name] = config;
  }
  broker_.Post(ContextSaved{config});
  return config;
}

Outcome<ContextConfig> StoredContextService::Delete(const ContextName& name) {
  const NameHold hold(changing_, name.value);
  Contexts::node_type removed;
  {
    MutexLock lock(mu_);
    if (stored_.count(name) == 0) return NotFound("Context with name " + name.value + " not found");
  }
  store_.Write({DeleteContext{name}});
  {
    MutexLock lock(mu_);
    removed = stored_.extract(name);
  }
  // What the configuration file says of that name is in force again.
  if (const auto in_file = from_file_.find(name); in_file != from_file_.end()) {
    broker_.Post(ContextSaved{in_file->second});
  } else {
    broker_.Post(ContextDeleted{name});
  }
  return removed.mapped();
}

}  // namespace mist
