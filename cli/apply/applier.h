// Brings one resource to the master: the checks and the requests.
#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/apply/resource.h"

namespace mist::cli {

struct ApplyResult {
  enum class Outcome { kApplied, kUnchanged, kFailed };

  Outcome outcome = Outcome::kApplied;
  std::string error;   // kFailed
  std::string answer;  // what the master said when it was applied
};

class Applier {
 public:
  // Without validation nothing is checked and everything is overwritten.
  Applier(ApiClient& client, bool validate) : client_(client), validate_(validate) {}

  // Throws Error (kUnavailable) when the master cannot be reached; other failures are results.
  [[nodiscard]] ApplyResult Apply(const Resource& resource);

 private:
  ApplyResult Send(const Resource& resource);
  ApplyResult ApplyArtifact(const std::string& key, const ArtifactResource& artifact);
  ApplyResult ApplyContext(const ContextResource& context);
  ApplyResult ApplyFunction(const std::string& name, const FunctionResource& function);
  // What is missing on the master; empty when nothing is.
  std::string FindMissing(const FunctionResource& function);
  // As the original spells it, for proxies that match on it.
  std::string Force() const { return validate_ ? "False" : "True"; }

  ApiClient& client_;
  const bool validate_;
};

}  // namespace mist::cli
