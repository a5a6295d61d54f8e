#include "master/services/stored_function_service.h"

#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "contexts/names.h"
#include "master/services/refusals.h"

namespace mist {
namespace {

std::optional<Refusal> CheckRegistration(const FunctionConfig& config) {
  if (const std::string problem = CheckName(config.name.value); !problem.empty()) {
    return InvalidArgument("Can not create function: " + problem);
  }
  if (const std::string problem = CheckName(config.default_context.value); !problem.empty()) {
    return InvalidArgument("Can not create function with this default context: " + problem);
  }
  return std::nullopt;
}

Function ToFunction(const CallableFunction& callable) {
  return {callable.config, *callable.schema};
}

std::map<FunctionName, FunctionConfig> ByName(std::vector<FunctionConfig> functions) {
  std::map<FunctionName, FunctionConfig> by_name;
  for (FunctionConfig& config : functions) {
    const FunctionName name = config.name;
    by_name[name] = std::move(config);
  }
  return by_name;
}

// Mist before 1.0 fetched from such addresses, so old files may hold them.
std::string WhyNoFile(const std::string& path) {
  if (path.find("://") == std::string::npos) return "";
  return ": a path is the name of an uploaded artifact or a file on the master's disk; nothing is "
         "fetched from elsewhere";
}

// How a function's language shows when its artifact cannot be read any more.
FunctionLanguage GuessLanguage(const std::string& path) {
  return path.ends_with(".jar") ? FunctionLanguage::kScala : FunctionLanguage::kPython;
}

}  // namespace

StoredFunctionService::StoredFunctionService(Store& store, ResolveArtifact resolve,
                                             SchemaSource& schemas, ContextService& contexts,
                                             FunctionServiceOptions options)
    : store_(store),
      resolve_(std::move(resolve)),
      schemas_(schemas),
      contexts_(contexts),
      options_(std::move(options)),
      declared_(ByName(options_.declared)),
      functions_(ByName(store.Functions())) {
  for (const std::string& name : store.DamagedNames(NamedTable::kFunctions)) {
    log::Error("store_row_damaged",
               {{"row", "function " + name}, {"effect", "no calls until it is saved again"}});
    damaged_.insert({name});
  }
}

std::vector<FunctionConfig> StoredFunctionService::Registered() {
  std::map<FunctionName, FunctionConfig> registered;
  {
    MutexLock lock(mu_);
    registered = functions_;
    registered.insert(declared_.begin(), declared_.end());
    for (const FunctionName& name : damaged_) registered.erase(name);
  }
  std::vector<FunctionConfig> functions;
  for (auto& [name, config] : registered) functions.push_back(std::move(config));
  return functions;
}

// Starts every missing inspection first, so that they go on side by side while this waits.
std::vector<Function> StoredFunctionService::List() {
  std::vector<std::pair<FunctionConfig, std::shared_ptr<SchemaRead>>> reads;
  for (const FunctionConfig& config : Registered()) {
    try {
      if (auto located = Locate(config)) {
        reads.emplace_back(config, schemas_.Begin(located->inspected));
      }
    } catch (const Error& error) {
      log::Warn("function_not_listed", {{"function", config.name.value}, {"reason", error.what()}});
    }
  }
  std::vector<Function> functions;
  const MonoTime deadline = std::chrono::steady_clock::now() + options_.list_wait;
  for (auto& [config, read] : reads) {
    const auto result = read->WaitUntil(deadline);
    if (!result) continue;
    if (const auto* schema = std::get_if<std::shared_ptr<const FunctionSchema>>(&*result)) {
      functions.push_back({std::move(config), **schema});
    }
  }
  return functions;
}

Outcome<Function> StoredFunctionService::Find(const FunctionName& name) {
  auto found = FindCallable(name);
  if (auto* refusal = std::get_if<Refusal>(&found)) return std::move(*refusal);
  return ToFunction(std::get<CallableFunction>(found));
}

Outcome<CallableFunction> StoredFunctionService::FindCallable(const FunctionName& name) {
  if (IsDamaged(name)) {
    return Refusal{
        Refusal::Kind::kFailed,
        "The stored function " + name.value + " is damaged; save it again or restore a backup", ""};
  }
  const auto config = FindConfig(name);
  if (!config) return NotFound("Function " + name.value + " not found");
  auto located = Locate(*config);
  if (!located) {
    return NotFound("Function " + name.value + " has no artifact: there is no " + config->path +
                    WhyNoFile(config->path));
  }
  return ReadSchema(std::move(*located));
}

Outcome<Function> StoredFunctionService::Create(FunctionConfig config) {
  const NameHold hold(changing_, config.name.value);
  if (FindConfig(config.name)) {
    return Refusal{Refusal::Kind::kConflict, "Endpoint " + config.name.value + " already exists",
                   "java.lang.IllegalStateException"};
  }
  return Register(config);
}

Outcome<Function> StoredFunctionService::Update(FunctionConfig config) {
  const NameHold hold(changing_, config.name.value);
  if (!IsDamaged(config.name) && !FindConfig(config.name)) {
    return IllegalState("Endpoint " + config.name.value + " does not exist");
  }
  return Register(config);
}

Outcome<FunctionConfig> StoredFunctionService::Force(FunctionConfig config) {
  if (auto refusal = CheckRegistration(config)) return *refusal;
  const NameHold hold(changing_, config.name.value);
  Save(config);
  return config;
}

Outcome<Function> StoredFunctionService::Delete(const FunctionName& name) {
  const NameHold hold(changing_, name.value);
  auto config = FindConfig(name);
  if (!config) return NotFound("Function " + name.value + " not found");
  if (!IsStored(name)) {
    return IllegalState("Function " + name.value +
                        " is declared in router.conf: remove it there and restart the master");
  }
  Function removed{*config, KnownSchema(*config)};
  store_.Write({DeleteFunction{name}});
  MutexLock lock(mu_);
  functions_.erase(name);
  return removed;
}

Outcome<Function> StoredFunctionService::Register(const FunctionConfig& config) {
  if (auto refusal = CheckRegistration(config)) return *refusal;
  auto read = FindCallable(config);
  if (auto* refusal = std::get_if<Refusal>(&read)) return std::move(*refusal);
  Save(config);
  return ToFunction(std::get<CallableFunction>(read));
}

Outcome<CallableFunction> StoredFunctionService::FindCallable(const FunctionConfig& config) {
  auto located = Locate(config);
  if (!located) {
    return InvalidArgument("file should exists by path " + config.path + WhyNoFile(config.path));
  }
  return ReadSchema(std::move(*located));
}

void StoredFunctionService::Save(const FunctionConfig& config) {
  store_.Write({SaveFunction{config}});
  MutexLock lock(mu_);
  functions_[config.name] = config;
  damaged_.erase(config.name);
}

bool StoredFunctionService::IsDamaged(const FunctionName& name) {
  MutexLock lock(mu_);
  return damaged_.contains(name);
}

std::optional<FunctionConfig> StoredFunctionService::FindConfig(const FunctionName& name) {
  {
    MutexLock lock(mu_);
    if (damaged_.contains(name)) {
      throw Error(ErrorCode::kCorrupt, "store: the row of function " + name.value +
                                           " does not match its checksum; save it again or "
                                           "restore a backup");
    }
    if (const auto found = functions_.find(name); found != functions_.end()) return found->second;
  }
  const auto found = declared_.find(name);
  return found == declared_.end() ? std::nullopt : std::optional(found->second);
}

bool StoredFunctionService::IsStored(const FunctionName& name) {
  MutexLock lock(mu_);
  return functions_.count(name) > 0;
}

std::optional<CallableFunction> StoredFunctionService::Locate(const FunctionConfig& config) {
  auto artifact = resolve_(config.path);
  if (!artifact) return std::nullopt;
  InspectedFunction inspected{artifact->file.path, artifact->name, artifact->sha256,
                              config.class_name, PythonOf(config.default_context)};
  return CallableFunction{config, std::move(*artifact), std::move(inspected), nullptr};
}

Outcome<CallableFunction> StoredFunctionService::ReadSchema(CallableFunction function) {
  SchemaResult result = schemas_.Begin(function.inspected)->Wait();
  if (const auto* problem = std::get_if<InspectionProblem>(&result)) return FromProblem(*problem);
  if (const auto* no_answer = std::get_if<NoAnswer>(&result)) return FromNoAnswer(*no_answer);
  function.schema = std::get<std::shared_ptr<const FunctionSchema>>(std::move(result));
  return function;
}

// The interpreter that a job in the function's default context would use on the driver.
std::string StoredFunctionService::PythonOf(const ContextName& context) {
  ContextConfig config = contexts_.Defaults();
  try {
    if (auto found = contexts_.Find(context)) config = std::move(*found);
  } catch (const Error&) {  // damaged: a call that would run there is refused, others are not
  }
  for (const char* key : {"spark.pyspark.driver.python", "spark.pyspark.python"}) {
    const auto found = config.spark_conf.find(key);
    if (found != config.spark_conf.end()) return found->second;
  }
  return options_.python;
}

// Deleting must not depend on the artifact or the inspector.
FunctionSchema StoredFunctionService::KnownSchema(const FunctionConfig& config) {
  FunctionSchema unknown;
  unknown.language = GuessLanguage(config.path);
  try {
    const auto artifact = resolve_(config.path);
    const auto known = artifact ? schemas_.FindKnown(artifact->sha256, config.class_name) : nullptr;
    return known ? *known : unknown;
  } catch (const Error& error) {
    log::Warn("schema_not_read", {{"function", config.name.value}, {"reason", error.what()}});
    return unknown;
  }
}

}  // namespace mist
