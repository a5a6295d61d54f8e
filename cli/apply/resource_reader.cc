#include "cli/apply/resource_reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>

#include "base/duration.h"
#include "base/error.h"

namespace mist::cli {
namespace {

using nlohmann::json;

constexpr char kDefaultContext[] = "default";

Error Bad(const std::string& origin, const std::string& problem) {
  return Error(ErrorCode::kInvalidConfig, origin + ": " + problem);
}

// "spark-conf" to "sparkConf": files may be written either way, requests know only the second.
std::string CamelCase(const std::string& key) {
  std::string camel;
  bool after_dash = false;
  for (const char c : key) {
    if (c == '-') {
      after_dash = true;
      continue;
    }
    camel += after_dash ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    after_dash = false;
  }
  return camel;
}

const ConfigNode* FindMember(const ConfigNode& map, std::string_view camel_key) {
  for (const auto& [key, child] : map.entries) {
    if (CamelCase(key) == camel_key) return &child;
  }
  return nullptr;
}

// `key` is how files usually write it.
std::optional<std::string> OptionalText(const ConfigNode& map, const std::string& key) {
  const ConfigNode* node = FindMember(map, CamelCase(key));
  if (node == nullptr || node->kind == ConfigNode::Kind::kNull) return {};
  if (!node->IsScalar()) throw Bad(node->origin, key + " must be a text");
  return node->scalar;
}

std::string RequiredText(const ConfigNode& map, const std::string& key) {
  if (auto text = OptionalText(map, key); text && !text->empty()) return *std::move(text);
  throw Bad(map.origin, key + " is missing");
}

class ResourceMaker {
 public:
  ResourceMaker(const ConfigNode& root, const std::string& file, const std::string& user)
      : root_(root), file_(file), user_(user) {}

  Resource Make() const {
    const std::string model = RequiredText(root_, "model");
    if (model == "Artifact") return MakeArtifact();
    if (model == "Function") return MakeFunction();
    if (model == "Context") return MakeContext();
    throw Bad(FindMember(root_, "model")->origin,
              "model is Artifact, Function or Context, not '" + model + "'");
  }

 private:
  Resource MakeArtifact() const {
    const std::string version = RequiredText(root_, "version");
    const std::string path = RequiredText(Data(), "file-path");
    if (!std::filesystem::is_regular_file(path)) {
      throw Bad(FindMember(Data(), "filePath")->origin,
                "there is no file " + path + " (file-path is relative to the current folder, " +
                    std::filesystem::current_path().string() + ")");
    }
    const std::string extension = std::filesystem::path(path).extension().string();
    return {Prefixed(Name() + "_" + version + extension), file_, ArtifactResource{path}};
  }

  Resource MakeFunction() const {
    const std::string context = OptionalText(Data(), "context").value_or(kDefaultContext);
    const bool is_default = context == kDefaultContext;
    json retry = json::object();
    for (const char* wire_key : {"retries", "retryOn", "retryBackoff"}) AddSetting(retry, wire_key);
    return {
        Prefixed(Name()), file_,
        FunctionResource{Prefixed(RequiredText(Data(), "path")), RequiredText(Data(), "class-name"),
                         is_default ? context : Prefixed(context), std::move(retry)}};
  }

  void AddSetting(json& settings, const std::string& wire_key) const {
    for (const auto& [key, value] : Data().entries) {
      if (CamelCase(key) == wire_key && value.kind != ConfigNode::Kind::kNull)
        settings[wire_key] = Setting(wire_key, key, value);
    }
  }

  Resource MakeContext() const {
    json config = {{"name", Prefixed(Name())}, {"sparkConf", json::object()}};
    for (const auto& [key, value] : Data().entries) {
      const std::string wire_key = CamelCase(key);
      if (value.kind != ConfigNode::Kind::kNull) config[wire_key] = Setting(wire_key, key, value);
    }
    return {Prefixed(Name()), file_, ContextResource{std::move(config)}};
  }

  // A setting as its request wants it: files need no quotes anywhere.
  static json Setting(const std::string& wire_key, const std::string& key,
                      const ConfigNode& value) {
    static constexpr std::array kNumbers = {"maxJobs", "jobsPerWorker", "maxConnFailures",
                                            "retries"};
    static constexpr std::array kDurations = {"downtime", "streamingDuration", "retryBackoff"};
    const auto is_one_of = [&](const auto& keys) {
      return std::find(keys.begin(), keys.end(), wire_key) != keys.end();
    };
    if (wire_key == "sparkConf") return SparkConf(value);
    if (!value.IsScalar()) return AsWritten(value);
    if (is_one_of(kNumbers)) return Number(key, value);
    if (is_one_of(kDurations)) return Duration(key, value);
    if (wire_key == "precreated") return Boolean(key, value);
    return value.scalar;
  }

  static json SparkConf(const ConfigNode& value) {
    if (!value.IsMap()) throw Bad(value.origin, "spark-conf must be a map of Spark settings");
    return Flatten(value);
  }

  // Keys that this program does not know: the master decides about them.
  static json AsWritten(const ConfigNode& value) {
    if (value.IsScalar()) return value.scalar;
    if (value.IsMap()) {
      json map = json::object();
      for (const auto& [key, child] : value.entries) map[key] = AsWritten(child);
      return map;
    }
    json list = json::array();
    for (const ConfigNode& item : value.items) list.push_back(AsWritten(item));
    return value.kind == ConfigNode::Kind::kNull ? json() : list;
  }

  static json Number(const std::string& key, const ConfigNode& value) {
    std::int32_t number = 0;
    const char* end = value.scalar.data() + value.scalar.size();
    const auto [stop, error] = std::from_chars(value.scalar.data(), end, number);
    if (error == std::errc() && stop == end) return number;
    throw Bad(value.origin, key + " must be a whole number, got '" + value.scalar + "'");
  }

  static json Duration(const std::string& key, const ConfigNode& value) {
    if (const auto parsed = ParseTimeout(value.scalar)) return ToJsonDuration(parsed->timeout);
    throw Bad(value.origin, key + " must be a duration such as 30s, 10 minutes, 1h or Inf, got '" +
                                value.scalar + "'");
  }

  static json Boolean(const std::string& key, const ConfigNode& value) {
    for (const char* text : {"true", "True", "yes", "on"}) {
      if (value.scalar == text) return true;
    }
    for (const char* text : {"false", "False", "no", "off"}) {
      if (value.scalar == text) return false;
    }
    throw Bad(value.origin, key + " must be true or false, got '" + value.scalar + "'");
  }

  const ConfigNode& Data() const {
    static const ConfigNode empty{ConfigNode::Kind::kMap, {}, {}, {}, {}};
    const ConfigNode* data = FindMember(root_, "data");
    if (data == nullptr) return empty;
    if (!data->IsMap()) throw Bad(data->origin, "data must be a map");
    return *data;
  }

  std::string Name() const {
    if (auto name = OptionalText(root_, "name"); name && !name->empty()) return *std::move(name);
    return std::filesystem::absolute(file_).lexically_normal().parent_path().filename().string();
  }

  std::string Prefixed(const std::string& name) const {
    return user_.empty() ? name : user_ + "_" + name;
  }

  const ConfigNode& root_;
  const std::string& file_;
  const std::string& user_;
};

}  // namespace

Resource ReadResource(const std::string& file, const std::string& user) {
  return ToResource(ReadConfigFile(file, SyntaxOf(file)), file, user);
}

Resource ToResource(const ConfigNode& root, const std::string& file, const std::string& user) {
  return ResourceMaker(root, file, user).Make();
}

}  // namespace mist::cli
