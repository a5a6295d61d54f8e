#include "cli/apply/applier.h"

#include "base/error.h"
#include "cli/artifact_sha.h"

namespace mist::cli {
namespace {

using Outcome = ApplyResult::Outcome;

constexpr int kConflict = 409;
constexpr int kNotFound = 404;

ApplyResult Failed(std::string error) {
  return {Outcome::kFailed, std::move(error), {}};
}

ApplyResult FromAnswer(const HttpAnswer& answer) {
  if (!answer.Ok()) return Failed(answer.Describe());
  return {Outcome::kApplied, {}, answer.body};
}

ApplyResult KeyIsTaken(const std::string& key) {
  return Failed("Artifact key " + key +
                " has to be unique: the master holds another file under it. Raise the version, or "
                "overwrite it with --validate false");
}

}  // namespace

ApplyResult Applier::Apply(const Resource& resource) {
  try {
    return Send(resource);
  } catch (const Error& e) {
    if (e.Code() == ErrorCode::kUnavailable) throw;  // the other resources would fare no better
    return Failed(e.what());
  }
}

ApplyResult Applier::Send(const Resource& resource) {
  if (const auto* artifact = std::get_if<ArtifactResource>(&resource.spec)) {
    return ApplyArtifact(resource.name, *artifact);
  }
  if (const auto* context = std::get_if<ContextResource>(&resource.spec)) {
    return ApplyContext(*context);
  }
  return ApplyFunction(resource.name, std::get<FunctionResource>(resource.spec));
}

ApplyResult Applier::ApplyArtifact(const std::string& key, const ArtifactResource& artifact) {
  if (validate_) {
    const HttpAnswer stored = client_.Get(ApiPath({"artifacts", key, "sha"}));
    if (stored.Ok()) {
      const bool is_same = stored.body == ArtifactSha(artifact.local_file);
      return is_same ? ApplyResult{Outcome::kUnchanged, {}, key} : KeyIsTaken(key);
    }
    if (stored.status != kNotFound) return FromAnswer(stored);
  }
  const HttpAnswer answer =
      client_.PostFile(ApiPath({"artifacts"}), {{"force", Force()}}, key, artifact.local_file);
  return answer.status == kConflict ? KeyIsTaken(key) : FromAnswer(answer);
}

ApplyResult Applier::ApplyContext(const ContextResource& context) {
  return FromAnswer(client_.Post(ApiPath({"contexts"}), {}, context.config.dump()));
}

ApplyResult Applier::ApplyFunction(const std::string& name, const FunctionResource& function) {
  const std::string body = nlohmann::json{
      {"name", name},
      {"className", function.class_name},
      {"path", function.path},
      {"defaultContext",
       function.context}}.dump();
  if (validate_) {
    if (const std::string missing = FindMissing(function); !missing.empty()) {
      return Failed("Function " + name + " is not valid. Please check: " + missing +
                    " should exists remotely");
    }
    if (client_.Get(ApiPath({"functions", name})).Ok()) {
      return FromAnswer(client_.Put(ApiPath({"functions"}), body));
    }
  }
  return FromAnswer(client_.Post(ApiPath({"functions"}), {{"force", Force()}}, body));
}

std::string Applier::FindMissing(const FunctionResource& function) {
  if (!client_.Get(ApiPath({"contexts", function.context})).Ok()) {
    return "Context " + function.context;
  }
  if (!client_.Get(ApiPath({"artifacts", function.path, "sha"})).Ok()) {
    return "Artifact " + function.path;
  }
  return "";
}

}  // namespace mist::cli
