#include "master/services/stored_context_service.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/log.h"
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
      from_file_(WithDefault(from_file, defaults)),
      stored_(ByName(store.Contexts())) {
  for (const std::string& name : store.DamagedNames(NamedTable::kContexts)) {
    log::Error("store_row_damaged",
               {{"row", "context " + name}, {"effect", "its jobs wait until it is saved again"}});
    damaged_.insert({name});
  }
}

void StoredContextService::AnnounceAll() {
  for (ContextConfig& context : List()) Announce(std::move(context));
  std::set<ContextName> damaged;
  {
    MutexLock lock(mu_);
    damaged = damaged_;
  }
  for (const ContextName& name : damaged) {
    ContextConfig waiting = Defaults();
    waiting.name = name;
    waiting.max_jobs = 0;
    waiting.precreated = false;
    broker_.Post(ContextSaved{std::move(waiting)});
  }
  for (FailedStarts& failed : store_.FailingContexts())
    broker_.Post(FailedStartsRecovered{std::move(failed)});
}

std::vector<FailedStarts> StoredContextService::FailingContexts() {
  return store_.FailingContexts();
}

bool StoredContextService::IsFailing(const ContextName& name) {
  const std::vector<FailedStarts> failing = store_.FailingContexts();
  return std::any_of(failing.begin(), failing.end(),
                     [&](const auto& failed) { return failed.context == name; });
}

void StoredContextService::Announce(ContextConfig context) {
  if (context.precreated && context.worker_mode == WorkerMode::kExclusive) {
    log::Warn("precreated_ignored",
              {{"context", context.name.value},
               {"reason", "workers of exclusive contexts start with their jobs"}});
  }
  broker_.Post(ContextSaved{std::move(context)});
}

void StoredContextService::Reload(const ContextConfig& defaults,
                                  const std::vector<ContextConfig>& from_file) {
  const Contexts now = WithDefault(from_file, defaults);
  Contexts affected = now;
  {
    MutexLock lock(mu_);
    affected.insert(from_file_.begin(), from_file_.end());
  }
  for (const auto& [name, context] : affected) ReloadOne(name, now);
}

void StoredContextService::ReloadOne(const ContextName& name, const Contexts& from_file) {
  const NameHold hold(changing_, name.value);
  const bool is_damaged = IsDamaged(name);
  std::optional<ContextConfig> before;
  std::optional<ContextConfig> after;
  {
    MutexLock lock(mu_);
    before = FindLocked(name);
    from_file_.erase(name);
    if (const auto found = from_file.find(name); found != from_file.end())
      from_file_.insert(*found);
    after = FindLocked(name);
  }
  if (before == after || is_damaged) return;
  if (after) {
    Announce(std::move(*after));
  } else {
    broker_.Post(ContextDeleted{name});
  }
}

std::vector<ContextConfig> StoredContextService::List() {
  Contexts all;
  {
    MutexLock lock(mu_);
    all = stored_;
    all.insert(from_file_.begin(), from_file_.end());
    for (const ContextName& name : damaged_) all.erase(name);
  }
  std::vector<ContextConfig> list;
  list.reserve(all.size());
  for (auto& [name, context] : all) list.push_back(std::move(context));
  return list;
}

std::optional<ContextConfig> StoredContextService::Find(const ContextName& name) {
  MutexLock lock(mu_);
  if (damaged_.contains(name)) {
    throw Error(ErrorCode::kCorrupt, "store: the settings of context " + name.value +
                                         " do not match their checksum; save it again or restore "
                                         "a backup");
  }
  return FindLocked(name);
}

bool StoredContextService::IsDamaged(const ContextName& name) {
  MutexLock lock(mu_);
  return damaged_.contains(name);
}

std::optional<ContextConfig> StoredContextService::FindLocked(const ContextName& name) const {
  if (const auto found = stored_.find(name); found != stored_.end()) return found->second;
  const auto found = from_file_.find(name);
  return found == from_file_.end() ? std::nullopt : std::optional(found->second);
}

ContextConfig StoredContextService::Defaults() {
  MutexLock lock(mu_);
  return from_file_.at(ContextName{kDefaultContext});
}

Outcome<ContextConfig> StoredContextService::Save(ContextConfig config) {
  const NameHold hold(changing_, config.name.value);
  return SaveHeld(std::move(config));
}

Outcome<ContextConfig> StoredContextService::Update(ContextConfig config) {
  const NameHold hold(changing_, config.name.value);
  if (!IsDamaged(config.name) && !Find(config.name))
    return NotFound("Context with name " + config.name.value + " not found");
  return SaveHeld(std::move(config));
}

// The broker hears of an equal config too: saving a context is how a broken one is made usable
// again.
Outcome<ContextConfig> StoredContextService::SaveHeld(ContextConfig config) {
  if (auto refusal = CheckContext(config)) return *refusal;
  const bool changes = IsDamaged(config.name) || Find(config.name) != config;
  std::vector<Mutation> batch;
  if (changes) batch.emplace_back(SaveContext{config});
  // The broker does so too, when it hears of the context; whoever saved it must not see them
  // before.
  if (IsFailing(config.name)) batch.emplace_back(DeleteFailedStarts{config.name});
  if (!batch.empty()) store_.Write(std::move(batch));
  if (changes) {
    MutexLock lock(mu_);
    stored_[config.name] = config;
    damaged_.erase(config.name);
  }
  Announce(config);
  return config;
}

Outcome<ContextConfig> StoredContextService::Delete(const ContextName& name) {
  const NameHold hold(changing_, name.value);
  std::ignore = Find(name);  // a damaged one cannot be told, so it is not deleted either
  Contexts::node_type removed;
  std::optional<ContextConfig> in_file;
  {
    MutexLock lock(mu_);
    if (stored_.count(name) == 0) return NotFound("Context with name " + name.value + " not found");
  }
  store_.Write({DeleteContext{name}});
  {
    MutexLock lock(mu_);
    removed = stored_.extract(name);
    in_file = FindLocked(name);
  }
  // What the configuration file says of that name is in force again.
  if (in_file) {
    Announce(std::move(*in_file));
  } else {
    broker_.Post(ContextDeleted{name});
  }
  return removed.mapped();
}

Outcome<ContextConfig> StoredContextService::Repair(const ContextName& name) {
  const NameHold hold(changing_, name.value);
  auto config = Find(name);
  const bool is_failing = IsFailing(name);
  if (!config && is_failing) {  // nobody has defined it: it has the default settings
    config = Defaults();
    config->name = name;
  }
  if (!config) return NotFound("Context with name " + name.value + " not found");
  if (is_failing) store_.Write({DeleteFailedStarts{name}});
  broker_.Post(ContextSaved{*config});
  return std::move(*config);
}

}  // namespace mist
