#include <map>
#include <optional>
#include <string>
#include <utility>

#include "api/http/file_reply.h"
#include "api/http/multipart.h"
#include "api/http/replies.h"
#include "api/http/routes.h"
#include "api/json/json_writer.h"
#include "master/artifacts/artifact_name.h"

namespace mist::http {
namespace {

// What a multipart body may hold besides the artifact.
constexpr std::int64_t kMultipartOverheadBytes = 1 << 20;

Reply NoSuchArtifact(const std::string& name) {
  return TextReply(404, "No file found by name " + name);
}

std::string MediaType(const std::string& name) {
  if (name.ends_with(".jar")) return "application/java-archive";
  if (name.ends_with(".py"))
    return "text/x-scriptphyton; charset=UTF-8";  // the original's spelling
  return kBinaryType;
}

Reply ListArtifacts(const Services& services) {
  JsonArray names;
  for (const std::string& name : services.artifacts.OfferedNames()) {
    names.Add(QuoteJson(name).value);
  }
  return JsonReply(names.Take());
}

// Who calls it, by its name.
std::map<std::string, JsonArray> FunctionsByPath(const Services& services) {
  std::map<std::string, JsonArray> functions;
  for (const FunctionConfig& function : services.functions.Registered())
    functions[function.path].Add(QuoteJson(function.name.value).value);
  return functions;
}

// With what is known of each. Files of router.conf have no upload of which size and time are kept.
Reply DescribeArtifacts(const Services& services) {
  std::map<std::string, JsonArray> functions = FunctionsByPath(services);
  JsonArray artifacts;
  for (const std::string& name : services.artifacts.OfferedNames()) {
    JsonObject json;
    json.Text("name", name);
    if (const auto uploaded = services.artifacts.Find(name)) {
      json.Text("sha1", uploaded->sha1).Text("sha256", uploaded->sha256);
      json.Number("bytes", uploaded->bytes).Number("created", ToEpochMillis(uploaded->created));
    } else if (const auto on_disk = services.artifacts.FindOffered(name)) {
      json.Text("sha1", on_disk->sha1).Text("sha256", on_disk->sha256);
      json.Number("bytes", on_disk->file.bytes);
    }
    artifacts.Add(json.Json("functions", functions[name].Take()).Take());
  }
  return JsonReply(artifacts.Take());
}

Reply SendArtifact(const Services& services, const Call& call) {
  const std::optional<ResolvedArtifact> artifact = services.artifacts.FindOffered(call.ids[0]);
  if (!artifact) return NoSuchArtifact(call.ids[0]);
  return FileReply(call.request, {.path = artifact->file.path,
                                  .bytes = artifact->file.bytes,
                                  .etag = "\"" + artifact->sha256 + "\"",
                                  .modified = artifact->created,
                                  .content_type = MediaType(artifact->name)});
}

Reply SendSha(const Services& services, const Call& call) {
  const std::string& name = call.ids[0];
  if (const auto uploaded = services.artifacts.Find(name)) return TextReply(200, uploaded->sha1);
  const std::optional<ResolvedArtifact> on_disk = services.artifacts.FindOffered(name);
  return on_disk ? TextReply(200, on_disk->sha1) : NoSuchArtifact(name);
}

Reply DeleteArtifact(const Services& services, const Call& call) {
  const std::string& name = call.ids[0];
  const bool deleted = services.artifacts.Find(name) && services.artifacts.Delete(name);
  return deleted ? TextReply(200, name) : NoSuchArtifact(name);
}

// The head of the first part named `file` that has a file name.
OrReply<PartHead> FindFilePart(MultipartReader& parts) {
  for (;;) {
    auto part = parts.NextPart();
    if (const Reply* refused = std::get_if<Reply>(&part)) return *refused;
    auto& head = std::get<std::optional<PartHead>>(part);
    if (!head) return BadRequestReply("Request is missing required form field 'file'");
    if (head->name == "file" && head->file_name) return std::move(*head);
  }
}

// Writes the current part while it arrives, and reads the rest of the form: nothing is stored of
// one that is cut off.
std::optional<Reply> Receive(MultipartReader& parts, ArtifactUpload& upload,
                             std::int64_t max_bytes) {
  for (;;) {
    const auto piece = parts.NextPiece();
    if (const Reply* refused = std::get_if<Reply>(&piece)) return *refused;
    const std::string_view bytes = std::get<std::string_view>(piece);
    if (bytes.empty()) break;
    if (upload.Write(bytes) == WriteOutcome::kTooLarge) {
      return TextReply(
          413, "The artifact is larger than the limit of " + std::to_string(max_bytes) + " bytes.");
    }
  }
  for (;;) {
    const auto part = parts.NextPart();
    if (const Reply* refused = std::get_if<Reply>(&part)) return *refused;
    if (!std::get<std::optional<PartHead>>(part)) return std::nullopt;
  }
}

Reply UploadArtifact(const Services& services, const RouteOptions& options, const Call& call) {
  const auto force = call.query.Boolean("force", false);
  if (const Reply* refused = std::get_if<Reply>(&force)) return *refused;
  const auto boundary = MultipartBoundary(call.request);
  if (const Reply* refused = std::get_if<Reply>(&boundary)) return *refused;
  const std::int64_t max_bytes = options.addresses.max_artifact_bytes;
  MultipartReader parts(call.request.body, std::get<std::string>(boundary),
                        max_bytes + kMultipartOverheadBytes);
  const auto head = FindFilePart(parts);
  if (const Reply* refused = std::get_if<Reply>(&head)) return *refused;
  const std::string& name = *std::get<PartHead>(head).file_name;
  if (const auto problem = ArtifactNameProblem(name)) return BadRequestReply(*problem);

  const std::unique_ptr<ArtifactUpload> upload = services.artifacts.BeginUpload(name);
  if (std::optional<Reply> refused = Receive(parts, *upload, max_bytes)) return *refused;
  const SavedArtifact saved =
      upload->Finish(std::get<bool>(force) ? Overwrite::kYes : Overwrite::kNo);
  if (saved.outcome == SaveOutcome::kNameTaken) {
    return TextReply(409, "Filename must be unique: found " + name + " in repository");
  }
  return TextReply(200, saved.artifact.name);
}

// The harness for workers that are started where our disk cannot be read.
Reply SendWorkerJar(const RouteOptions& options, const Call& call) {
  std::error_code missing;
  const auto bytes = std::filesystem::file_size(options.worker_jar, missing);
  if (missing) return NoSuchResource();
  const auto modified = std::filesystem::last_write_time(options.worker_jar, missing);
  const auto ticks = std::to_string(modified.time_since_epoch().count());
  return FileReply(call.request, {.path = options.worker_jar,
                                  .bytes = static_cast<std::int64_t>(bytes),
                                  .etag = "\"" + std::to_string(bytes) + "-" + ticks + "\"",
                                  .modified = std::chrono::file_clock::to_sys(modified),
                                  .content_type = MediaType(options.worker_jar)});
}

}  // namespace

void AddArtifactRoutes(Router& router, const Services& services, const RouteOptions& options) {
  constexpr char kAll[] = "/v2/api/artifacts";
  constexpr char kOne[] = "/v2/api/artifacts/{name}";
  router.Add("GET", kAll, [services](const Call& call) {
    const auto details = call.query.Boolean("details", false);
    if (const Reply* refused = std::get_if<Reply>(&details)) return *refused;
    return std::get<bool>(details) ? DescribeArtifacts(services) : ListArtifacts(services);
  });
  router.Add("POST", kAll, [services, options](const Call& call) {
    return UploadArtifact(services, options, call);
  });
  router.Add("GET", kOne, [services](const Call& call) { return SendArtifact(services, call); });
  router.Add("DELETE", kOne,
             [services](const Call& call) { return DeleteArtifact(services, call); });
  router.Add("GET", "/v2/api/artifacts/{name}/sha",
             [services](const Call& call) { return SendSha(services, call); });
  router.Add("GET", "/v2/api/artifacts_internal/mist-worker.jar",
             [options](const Call& call) { return SendWorkerJar(options, call); });
}

}  // namespace mist::http
