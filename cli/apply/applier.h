// Brings one resource to the master: the checks and the requests.
#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/apply/resource.h"
#include "cli/session.h"

namespace mist::cli {

struct ApplyResult {
  enum class Outcome { kApplied, kUnchanged, kFailed };

  Outcome outcome = Outcome::kApplied;
  std::string error;   // kFailed
  std::string answer;  // what the master said when it was applied
};

enum class ApplyPolicy {
  kRefuse,     // an artifact's key stands for one content for ever
  kReplace,    // other content takes the place of what the master holds under a key
  kOverwrite,  // nothing is checked, neither here nor by the master
};

// Uses session and client while it lives.
class Applier {
 public:
  Applier(const Session& session, ApiClient& client, ApplyPolicy policy)
      : session_(session), client_(client), policy_(policy) {}

  // Throws Error (kUnavailable) when the master cannot be reached; other failures are results.
  [[nodiscard]] ApplyResult Apply(const Resource& resource);

 private:
  ApplyResult Send(const Resource& resource);
  ApplyResult ApplyArtifact(const std::string& key, const ArtifactResource& artifact);
  ApplyResult ApplyContext(const ContextResource& context);
  ApplyResult ApplyFunction(const std::string& name, const FunctionResource& function);
  // What is missing on the master; empty when nothing is.
  std::string FindMissing(const FunctionResource& function);
  // Creates the function, or updates it when it is there.
  HttpAnswer SaveFunction(const std::string& name, const std::string& body);

  const Session& session_;
  ApiClient& client_;
  const ApplyPolicy policy_;
};

}  // namespace mist::cli
