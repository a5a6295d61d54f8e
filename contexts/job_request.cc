#include "contexts/job_request.h"

#include "contexts/argument_check.h"
#include "contexts/json_scanner.h"
#include "contexts/names.h"
#include "contexts/retry_json.h"
#include "contexts/utf8.h"

namespace mist {
namespace {

// Reads members of compact JSON as text, so that parameters keep their digits. The first problem is
// kept, as in JsonBody.
class RequestBody {
 public:
  RequestBody(std::string_view body, std::size_t max_depth) {
    auto compact = CompactJson(body, {.max_depth = max_depth});
    if (const auto* bad = std::get_if<BadJson>(&compact)) {
      Malformed(bad->message);
      return;
    }
    json_ = std::move(std::get<JsonText>(compact).value);
    if (TypeOfJson(json_) == JsonType::kObject) {
      members_ = JsonMembers(json_);
    } else {
      WrongType("Json object", json_);
    }
  }

  const std::optional<BadBody>& Problem() const { return problem_; }

  std::string String(const char* member) {
    if (auto text = OptionalString(member)) return *text;
    Malformed("Object is missing required member '" + std::string(member) + "'");
    return "";
  }

  std::string Name(const char* member) {
    std::string name = String(member);
    if (const std::string bad = CheckName(name); !bad.empty()) {
      Refuse("Bad " + std::string(member) + ": " + bad);
    }
    return name;
  }

  std::optional<std::string> OptionalString(const char* member) {
    const auto value = Find(member);
    if (!value) return std::nullopt;
    if (TypeOfJson(*value) == JsonType::kString) return DecodeJsonString(*value);
    WrongType("String as JsString", *value);
    return "";
  }

  std::optional<std::string> OptionalName(const char* member) {
    if (!Find(member)) return std::nullopt;
    return Name(member);
  }

  bool OptionalBoolean(const char* member) {
    const auto value = Find(member);
    if (!value) return false;
    if (*value != "true" && *value != "false") WrongType("JsBoolean", *value);
    return *value == "true";
  }

  // Whether the member is there, of whatever type.
  bool Has(const char* member) const { return Find(member).has_value(); }

  JsonText Object(const char* member) {
    const auto value = Find(member);
    if (!value) return {"{}"};
    if (TypeOfJson(*value) != JsonType::kObject) WrongType("Map as JsObject", *value);
    return {std::string(*value)};
  }

  // Read as in the body of a function.
  RetrySettings Retry() {
    std::string members;
    for (const char* member : kRetryMembers) {
      const auto value = Find(member);
      if (!value) continue;
      members +=
          (members.empty() ? "\"" : ",\"") + std::string(member) + "\":" + std::string(*value);
    }
    JsonBody body("{" + members + "}");
    RetrySettings settings = ReadRetrySettings(body);
    if (body.Problem()) Refuse(body.Problem()->text);
    return settings;
  }

  void Refuse(const std::string& text) {
    if (!problem_) problem_ = BadBody{text};
  }

 private:
  // Missing and null are the same thing.
  std::optional<std::string_view> Find(const char* member) const {
    const auto found = members_.find(member);
    if (found == members_.end() || found->second == "null") return std::nullopt;
    return found->second;
  }

  void WrongType(const std::string& expected, std::string_view got) {
    Malformed("Expected " + expected + ", but got " + std::string(CutUtf8(got, kMaxShownBytes)));
  }

  void Malformed(const std::string& what) { Refuse("The request content was malformed:\n" + what); }

  std::string json_;
  std::map<std::string, std::string_view> members_;  // in json_
  std::optional<BadBody> problem_;
};

}  // namespace

std::variant<DevRequest, BadBody> ParseDevRequest(std::string_view body, std::size_t max_depth) {
  RequestBody request(body, max_depth);
  DevRequest parsed;
  parsed.function.name = {request.Name("fakeName")};
  parsed.function.path = request.String("path");
  parsed.function.class_name = request.String("className");
  parsed.function.default_context = {request.Name("context")};
  parsed.function.retry = request.Retry();
  parsed.parameters = request.Object("parameters");
  parsed.external_id = request.OptionalString("externalId");
  if (request.Problem()) return *request.Problem();
  return parsed;
}

std::variant<DevRequest, FunctionRequest, BadBody> ParseMessageRequest(std::string_view body,
                                                                       std::size_t max_depth) {
  RequestBody request(body, max_depth);
  if (request.Has("fakeName") && !request.Has("functionId")) {
    auto dev = ParseDevRequest(body, max_depth);
    if (auto* bad = std::get_if<BadBody>(&dev)) return std::move(*bad);
    return std::move(std::get<DevRequest>(dev));
  }
  FunctionRequest parsed;
  parsed.function = {request.Name("functionId")};
  parsed.parameters = request.Object("parameters");
  parsed.external_id = request.OptionalString("externalId");
  parsed.reply_topic = request.OptionalString("replyTopic");
  parsed.unique = request.OptionalBoolean("unique");
  if (parsed.unique && !parsed.external_id) request.Refuse("A unique request needs an externalId");
  RequestBody settings(request.Object("runSettings").value, max_depth);
  if (auto context = settings.OptionalName("contextId")) parsed.context = {std::move(*context)};
  parsed.retry = settings.Retry();
  for (const auto& problem : {request.Problem(), settings.Problem()}) {
    if (problem) return *problem;
  }
  return parsed;
}

}  // namespace mist
