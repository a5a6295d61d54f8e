#include "cli/apply/applier.h"

#include "base/error.h"
#include "cli/artifact_sha.h"
#include "cli/artifact_upload.h"

namespace mist::cli {
namespace {

using Outcome = ApplyResult::Outcome;

constexpr int kConflict = 409;
constexpr int kNotFound = 404;
constexpr int kBadRequest = 400;

// As the original spells it, for proxies that match on it.
constexpr char kForce[] = "True";
constexpr char kNoForce[] = "False";

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
                "replace it with 'mist-cli deploy' or --validate false");
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
  bool replaces = policy_ == ApplyPolicy::kOverwrite;
  if (policy_ != ApplyPolicy::kOverwrite) {
    const HttpAnswer stored = client_.Get(ApiPath({"artifacts", key, "sha"}));
    if (!stored.Ok() && stored.status != kNotFound) return FromAnswer(stored);
    if (stored.Ok() && stored.body == ArtifactSha(artifact.local_file)) {
      return {Outcome::kUnchanged, {}, key};
    }
    if (stored.Ok() && policy_ == ApplyPolicy::kRefuse) return KeyIsTaken(key);
    replaces = stored.Ok();
  }
  const HttpAnswer answer =
      UploadArtifact(session_, client_, key, artifact.local_file, replaces ? kForce : kNoForce);
  return answer.status == kConflict ? KeyIsTaken(key) : FromAnswer(answer);
}

ApplyResult Applier::ApplyContext(const ContextResource& context) {
  return FromAnswer(client_.Post(ApiPath({"contexts"}), {}, context.config.dump()));
}

ApplyResult Applier::ApplyFunction(const std::string& name, const FunctionResource& function) {
  nlohmann::json config = {{"name", name},
                           {"className", function.class_name},
                           {"path", function.path},
                           {"defaultContext", function.context}};
  config.update(function.retry);
  const std::string body = config.dump();
  if (policy_ == ApplyPolicy::kOverwrite) {
    return FromAnswer(client_.Post(ApiPath({"functions"}), {{"force", kForce}}, body));
  }
  if (const std::string missing = FindMissing(function); !missing.empty()) {
    return Failed("Function " + name + " is not valid. Please check: " + missing +
                  " should exists remotely");
  }
  return FromAnswer(SaveFunction(name, body));
}

HttpAnswer Applier::SaveFunction(const std::string& name, const std::string& body) {
  if (client_.Get(ApiPath({"functions", name})).Ok()) {
    return client_.Put(ApiPath({"functions"}), body);
  }
  HttpAnswer created = client_.Post(ApiPath({"functions"}), {{"force", kNoForce}}, body);
  // A function whose class does not load cannot be read, but it is there.
  const bool is_there = (created.status == kBadRequest || created.status == kConflict) &&
                        created.body.find("already exists") != std::string::npos;
  return is_there ? client_.Put(ApiPath({"functions"}), body) : created;
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
