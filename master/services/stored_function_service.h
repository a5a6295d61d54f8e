// Functions: registered in the store, read from their artifacts.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "master/artifacts/artifact_repository.h"
#include "master/services/name_holds.h"
#include "master/services/schema_source.h"
#include "master/services/services.h"

namespace mist {

// What a function's path stands for now: ArtifactRepository::Resolve, or what a test puts in its
// place.
using ResolveArtifact = std::function<std::optional<ResolvedArtifact>(const std::string& path)>;

// A function with everything that a job needs to know of it, as of one moment.
struct CallableFunction {
  FunctionConfig config;
  ResolvedArtifact artifact;
  InspectedFunction inspected;                   // how the inspector is asked about it
  std::shared_ptr<const FunctionSchema> schema;  // never null in what this service returns
};

struct FunctionServiceOptions {
  std::string python = "python3";  // for contexts that name none
  Millis list_wait{2'000};         // List() leaves out what could not be read by then
  // Of router.conf: they cannot be changed here, but hidden by a stored one of the same name.
  std::vector<FunctionConfig> declared = {};
};

// Functions of the store and of router.conf; a stored one wins over a declared one with its name.
// Keeps all registrations in memory, so a call of a known function touches neither disk nor store.
// A path is resolved anew at each use: when an artifact was uploaded again, the next use reads the
// schema of the new contents.
class StoredFunctionService : public FunctionService {
 public:
  // Throws what the store throws.
  StoredFunctionService(Store& store, ResolveArtifact resolve, SchemaSource& schemas,
                        ContextService& contexts, FunctionServiceOptions options);

  std::vector<Function> List() override EXCLUDES(mu_);
  std::vector<FunctionConfig> Registered() override EXCLUDES(mu_);
  Outcome<Function> Find(const FunctionName& name) override EXCLUDES(mu_);
  Outcome<Function> Create(FunctionConfig config) override EXCLUDES(mu_);
  Outcome<Function> Update(FunctionConfig config) override EXCLUDES(mu_);
  Outcome<FunctionConfig> Force(FunctionConfig config) override EXCLUDES(mu_);
  Outcome<Function> Delete(const FunctionName& name) override EXCLUDES(mu_);

  // Find() for starting jobs.
  Outcome<CallableFunction> FindCallable(const FunctionName& name) EXCLUDES(mu_);
  // Of one that need not be registered. kInvalid when there is no such artifact.
  Outcome<CallableFunction> FindCallable(const FunctionConfig& config);

 private:
  // Throws Error (kCorrupt) for one whose row is damaged.
  std::optional<FunctionConfig> FindConfig(const FunctionName& name) EXCLUDES(mu_);
  bool IsDamaged(const FunctionName& name) EXCLUDES(mu_);
  bool IsStored(const FunctionName& name) EXCLUDES(mu_);
  // nullopt when there is no such artifact; without a schema.
  std::optional<CallableFunction> Locate(const FunctionConfig& config);
  Outcome<CallableFunction> ReadSchema(CallableFunction function);
  Outcome<Function> Register(const FunctionConfig& config) EXCLUDES(mu_);
  void Save(const FunctionConfig& config) EXCLUDES(mu_);
  std::string PythonOf(const ContextName& context);
  FunctionSchema KnownSchema(const FunctionConfig& config);

  Store& store_;                          // synchronizes itself
  const ResolveArtifact resolve_;         // may be called by any thread
  SchemaSource& schemas_;                 // synchronizes itself
  ContextService& contexts_;              // synchronizes itself
  const FunctionServiceOptions options_;  // constant after construction
  NameHolds changing_;                    // synchronizes itself
  const std::map<FunctionName, FunctionConfig> declared_;
  Mutex mu_;
  std::map<FunctionName, FunctionConfig> functions_ GUARDED_BY(mu_);  // stored ones
  std::set<FunctionName> damaged_ GUARDED_BY(mu_);                    // until they are saved again
};

}  // namespace mist
