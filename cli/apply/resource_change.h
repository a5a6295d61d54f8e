// What applying a resource would change on the master: read, compared, nothing sent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/api_client.h"
#include "cli/apply/resource.h"

namespace mist::cli {

struct FieldChange {
  std::string field;   // "downtime", "sparkConf.spark.master"
  std::string before;  // "(none)" when there is nothing
  std::string after;
};

struct ResourceChange {
  enum class Kind { kNew, kChanged, kUnchanged };

  Kind kind = Kind::kNew;
  std::vector<FieldChange> fields;  // kChanged
};

// "new", "changed" or "unchanged".
const char* ToString(ResourceChange::Kind kind);

class ChangeFinder {
 public:
  explicit ChangeFinder(ApiClient& client) : client_(client) {}

  // Throws Error when the master cannot be asked or answers with an error, or when an artifact's
  // file cannot be read.
  ResourceChange Find(const Resource& resource);

 private:
  ResourceChange FindForArtifact(const std::string& key, const ArtifactResource& artifact);
  ResourceChange FindForContext(const std::string& name, const ContextResource& context);
  ResourceChange FindForFunction(const std::string& name, const FunctionResource& function);
  // What settings become that a context's file does not mention.
  const nlohmann::json& Defaults();

  ApiClient& client_;
  std::optional<nlohmann::json> defaults_;  // asked for once
};

}  // namespace mist::cli
