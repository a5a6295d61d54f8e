// Contexts: those in the store, those of the configuration file, and `default`.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/mutex.h"
#include "master/broker/inbox.h"
#include "master/services/name_holds.h"
#include "master/services/services.h"

namespace mist {

// Keeps all contexts in memory. A stored context wins over one of the configuration file with the
// same name. The broker is told of every change, in the order in which the store made it durable.
class StoredContextService : public ContextService {
 public:
  // `defaults` is the context named `default`. Throws what the store throws.
  StoredContextService(Store& store, BrokerInbox& broker, ContextConfig defaults,
                       const std::vector<ContextConfig>& from_file);

  // Tells the broker of all of them: once, when the master starts, before jobs are recovered.
  void AnnounceAll();

  // What the configuration file says now. The broker hears of contexts that changed by it.
  void Reload(const ContextConfig& defaults, const std::vector<ContextConfig>& from_file)
      EXCLUDES(mu_);

  std::vector<ContextConfig> List() override EXCLUDES(mu_);
  // Throws Error (kCorrupt) for one whose stored settings are damaged, until it is saved again;
  // its jobs wait until then.
  std::optional<ContextConfig> Find(const ContextName& name) override EXCLUDES(mu_);
  ContextConfig Defaults() override EXCLUDES(mu_);
  Outcome<ContextConfig> Save(ContextConfig config) override EXCLUDES(mu_);
  Outcome<ContextConfig> Update(ContextConfig config) override EXCLUDES(mu_);
  Outcome<ContextConfig> Delete(const ContextName& name) override EXCLUDES(mu_);
  Outcome<ContextConfig> Repair(const ContextName& name) override EXCLUDES(mu_);
  std::vector<FailedStarts> FailingContexts() override;

 private:
  using Contexts = std::map<ContextName, ContextConfig>;

  Outcome<ContextConfig> SaveHeld(ContextConfig config) EXCLUDES(mu_);

  // What is in force; nullopt when there is no such context.
  std::optional<ContextConfig> FindLocked(const ContextName& name) const REQUIRES(mu_);
  bool IsDamaged(const ContextName& name) EXCLUDES(mu_);
  bool IsFailing(const ContextName& name);
  void Announce(ContextConfig context);
  void ReloadOne(const ContextName& name, const Contexts& from_file) EXCLUDES(mu_);

  Store& store_;         // synchronizes itself
  BrokerInbox& broker_;  // synchronizes itself
  NameHolds changing_;   // synchronizes itself
  Mutex mu_;
  Contexts from_file_ GUARDED_BY(mu_);  // with `default`
  Contexts stored_ GUARDED_BY(mu_);
  std::set<ContextName> damaged_ GUARDED_BY(mu_);
};

}  // namespace mist
