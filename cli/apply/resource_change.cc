#include "cli/apply/resource_change.h"

#include <set>

#include "cli/artifact_sha.h"

namespace mist::cli {
namespace {

using nlohmann::json;
using Kind = ResourceChange::Kind;

constexpr char kNothing[] = "(none)";
constexpr std::size_t kShownShaDigits = 8;

std::string ShownValue(const json& map, const std::string& key) {
  const auto found = map.find(key);
  if (found == map.end()) return kNothing;
  return found->is_string() ? found->get<std::string>() : found->dump();
}

ResourceChange FromFields(std::vector<FieldChange> fields) {
  return {fields.empty() ? Kind::kUnchanged : Kind::kChanged, std::move(fields)};
}

// Members of two objects that differ, in the order of their names.
void Compare(const std::string& prefix, const json& before, const json& after,
             std::vector<FieldChange>& changes) {
  std::set<std::string> keys;
  for (const auto& [key, value] : before.items()) keys.insert(key);
  for (const auto& [key, value] : after.items()) keys.insert(key);
  for (const std::string& key : keys) {
    const bool is_same = before.contains(key) && after.contains(key) && before[key] == after[key];
    if (!is_same) {
      changes.push_back({prefix + key, ShownValue(before, key), ShownValue(after, key)});
    }
  }
}

// nullopt: the master has no such thing. Throws Error for every other failure.
std::optional<json> Stored(const HttpAnswer& answer) {
  constexpr int kNotFound = 404;
  if (answer.status == kNotFound) return {};
  return answer.Json();
}

}  // namespace

const char* ToString(Kind kind) {
  static constexpr const char* kNames[] = {"new", "changed", "unchanged"};
  return kNames[static_cast<std::size_t>(kind)];
}

ResourceChange ChangeFinder::Find(const Resource& resource) {
  if (const auto* artifact = std::get_if<ArtifactResource>(&resource.spec)) {
    return FindForArtifact(resource.name, *artifact);
  }
  if (const auto* context = std::get_if<ContextResource>(&resource.spec)) {
    return FindForContext(resource.name, *context);
  }
  return FindForFunction(resource.name, std::get<FunctionResource>(resource.spec));
}

ResourceChange ChangeFinder::FindForArtifact(const std::string& key,
                                             const ArtifactResource& artifact) {
  constexpr int kNotFound = 404;
  const std::string ours = ArtifactSha(artifact.local_file);
  const HttpAnswer stored = client_.Get(ApiPath({"artifacts", key, "sha"}));
  if (stored.status == kNotFound) return {};
  stored.RequireOk();
  if (stored.body == ours) return FromFields({});
  return FromFields({{"contents", "sha1 " + stored.body.substr(0, kShownShaDigits),
                      "sha1 " + ours.substr(0, kShownShaDigits)}});
}

ResourceChange ChangeFinder::FindForContext(const std::string& name,
                                            const ContextResource& context) {
  const auto stored = Stored(client_.Get(ApiPath({"contexts", name})));
  if (!stored) return {};
  // Settings that the master does not answer with are none that it knows, and change nothing.
  json after = *stored;
  for (const auto& [key, value] : stored->items()) {
    if (context.config.contains(key)) {
      after[key] = context.config[key];
    } else if (Defaults().contains(key)) {
      after[key] = Defaults()[key];
    }
  }
  json before = *stored;
  for (json* side : {&before, &after}) side->erase("failedStarts");  // is no setting
  const json spark_before = before.value("sparkConf", json::object());
  const json spark_after = after.value("sparkConf", json::object());
  before.erase("sparkConf");
  after.erase("sparkConf");
  std::vector<FieldChange> changes;
  Compare("", before, after, changes);
  Compare("sparkConf.", spark_before, spark_after, changes);
  return FromFields(std::move(changes));
}

ResourceChange ChangeFinder::FindForFunction(const std::string& name,
                                             const FunctionResource& function) {
  const auto stored = Stored(client_.Get(ApiPath({"functions", name})));
  if (!stored) return {};
  json before = json::object();
  for (const char* key :
       {"className", "defaultContext", "path", "retries", "retryOn", "retryBackoff"}) {
    if (stored->contains(key)) before[key] = (*stored)[key];
  }
  json after = {{"className", function.class_name},
                {"defaultContext", function.context},
                {"path", function.path}};
  after.update(function.retry);
  std::vector<FieldChange> changes;
  Compare("", before, after, changes);
  return FromFields(std::move(changes));
}

const json& ChangeFinder::Defaults() {
  if (!defaults_) defaults_ = client_.Get(ApiPath({"contexts", "default"})).Json();
  return *defaults_;
}

}  // namespace mist::cli
