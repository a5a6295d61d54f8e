// Every service on fakes: what the tests of functions and jobs start from.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "master/services/broker_job_service.h"
#include "master/services/caller_table.h"
#include "master/services/schema_source.h"
#include "master/services/stored_context_service.h"
#include "master/services/stored_function_service.h"
#include "tests/support/memory_store.h"
#include "tests/unit/master/services/fake_broker.h"
#include "tests/unit/master/services/fake_inspector.h"

namespace mist::testing {

inline ContextConfig MakeContext(const std::string& name) {
  ContextConfig context;
  context.name = ContextName{name};
  return context;
}

inline FunctionConfig MakeFunction(const std::string& name,
                                   const std::string& class_name = "Foo$") {
  return {FunctionName{name}, "f.jar", class_name, ContextName{kDefaultContext}};
}

struct ServicesWorld {
  ServicesWorld() {
    Upload("f.jar", "a");
    inspector.Know("Foo$", SchemaWith({"n"}));
  }

  // Contents are told apart by their SHA-256.
  void Upload(const std::string& path, const std::string& sha256) {
    artifacts[path] = {path, "sha1-of-" + sha256, sha256, {"/data/" + sha256, 42}};
  }

  std::optional<ResolvedArtifact> Resolve(const std::string& path) const {
    const auto found = artifacts.find(path);
    return found == artifacts.end() ? std::nullopt : std::optional(found->second);
  }

  std::map<std::string, ResolvedArtifact> artifacts;
  MemoryStore store;
  FakeInspector inspector;
  FakeBroker broker;
  CallerTable callers;
  SchemaSource schemas{store, inspector};
  StoredContextService contexts{store, broker, MakeContext(kDefaultContext), {}};
  StoredFunctionService functions{store,
                                  [this](const std::string& path) { return Resolve(path); },
                                  schemas,
                                  contexts,
                                  {"python3", Millis(20)}};
  BrokerJobService jobs{functions, contexts, inspector,     store,
                        broker,    callers,  SystemClock(), {.longest_wait = {}}};
};

// The refusal of an outcome that must be one.
template <typename Value>
Refusal RefusalOf(const Outcome<Value>& outcome) {
  return std::get<Refusal>(outcome);
}

}  // namespace mist::testing
