#include "master/config/load_config.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <unistd.h>

#include "base/error.h"
#include "contexts/names.h"
#include "master/config/config_keys.h"
#include "master/config/config_layers.h"
#include "master/config/host_address.h"

namespace mist {
namespace {

constexpr char kDefaultOrigin[] = "default";

std::string VariableOr(const ConfigSources& sources, const std::string& name,
                       const std::string& other) {
  const auto found = sources.environment.find(name);
  return found == sources.environment.end() || found->second.empty() ? other : found->second;
}

// Settings of Spark that no output may show.
bool IsSecret(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  constexpr std::array<std::string_view, 6> kWords = {"secret",     "password",  "token",
                                                      "access.key", "accesskey", "credential"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

std::string Masked(std::string_view key, const std::string& value) {
  return IsSecret(key) || (key.ends_with("run-options") && IsSecret(value)) ? "******" : value;
}

// Lives for one call of LoadConfig(): reads every key, then settles what follows from others, then
// checks.
class ConfigLoader {
 public:
  explicit ConfigLoader(const ConfigSources& sources)
      : sources_(sources), layers_(sources, problems_) {}

  LoadedConfig Load() {
    ReadKeys();
    ReadContexts();
    SettlePaths();
    SettleHosts();
    CheckCombinations();
    if (!problems_.errors.empty()) {
      std::string all = "the configuration cannot be used:";
      for (const std::string& error : problems_.errors) all += "\n  " + error;
      throw Error(ErrorCode::kInvalidConfig, all);
    }
    CollectValues();
    return {std::move(config_), std::move(problems_.warnings), std::move(values_)};
  }

 private:
  void ReadKeys() {
    for (const ConfigKey& key : ConfigKeys()) {
      const ConfigNode* const node = layers_.Find(key.name);
      origins_[std::string(key.name)] = node == nullptr ? kDefaultOrigin : node->origin;
      if (node == nullptr) continue;
      const bool is_map = node->IsMap();
      const std::string text = is_map ? "a map" : ScalarOrList(*node);
      const std::string expected = is_map ? "a value" : SetField(key.field(config_), text);
      if (expected.empty()) continue;
      problems_.errors.push_back(node->origin + ": " + std::string(key.name) + " must be " +
                                 expected + ", got '" + text + "'");
    }
  }

  static std::string ScalarOrList(const ConfigNode& node) {
    ConfigNode parent{ConfigNode::Kind::kMap, {}, {}, {{"value", node}}, ""};
    return Flatten(parent)["value"];
  }

  void ReadContexts() {
    for (const ConfigNode* defaults : layers_.FindAll("context-defaults")) {
      config_.context_defaults =
          ReadContextSettings(*defaults, config_.context_defaults, problems_);
    }
    std::map<std::string, std::vector<const ConfigNode*>> declared;
    for (const ConfigNode* contexts : layers_.FindAll("context")) {
      for (const auto& [name, settings] : contexts->entries) declared[name].push_back(&settings);
    }
    for (const auto& [name, blocks] : declared) ReadContext(name, blocks);
  }

  void ReadContext(const std::string& name, const std::vector<const ConfigNode*>& blocks) {
    const std::string origin = blocks.front()->origin;
    if (const std::string bad = CheckName(name); !bad.empty()) {
      problems_.errors.push_back(origin + ": context '" + name + "': " + bad);
    }
    if (name == kDefaultContext) {
      problems_.errors.push_back(origin + ": the context 'default' is set up by context-defaults");
    }
    ContextConfig context = config_.context_defaults;
    context.name = {name};
    for (const ConfigNode* block : blocks)
      context = ReadContextSettings(*block, context, problems_);
    config_.contexts.push_back(std::move(context));
  }

  void Settle(std::string& value, const std::string& settled) {
    if (value == kAuto) value = settled;
  }

  void SettlePaths() {
    MasterConfig& c = config_;
    Settle(c.work_directory, VariableOr(sources_, "MIST_HOME", "."));
    Settle(c.data_directory, c.work_directory + "/data");
    Settle(c.database_file, c.data_directory + "/mist.db");
    Settle(c.artifact_folder, c.data_directory + "/artifacts");
    Settle(c.log_folder, c.work_directory + "/logs");
    c.http.ui = VariableOr(sources_, "MIST_UI_DIR", c.http.ui);
    Settle(c.http.ui, c.work_directory + "/ui");
    Settle(c.spark_home, VariableOr(sources_, "SPARK_HOME", ""));
  }

  void SettleHosts() {
    MasterConfig& c = config_;
    Settle(c.host, "127.0.0.1");
    Settle(c.http.host, c.host);
    Settle(c.cluster_host, c.host);
    Settle(c.http.public_host, c.public_host == kAuto ? PublicHostOf(c.http.host) : c.public_host);
    Settle(c.cluster_public_host,
           c.public_host == kAuto ? PublicHostOf(c.cluster_host) : c.public_host);
    Settle(c.public_host, PublicHostOf(c.host));
  }

  void Require(bool good, std::string_view key, const std::string& problem) {
    if (!good) problems_.errors.push_back(origins_[std::string(key)] + ": " + problem);
  }

  void CheckCombinations() {
    const MasterConfig& c = config_;
    const std::string http_host_key =
        origins_["http.host"] == kDefaultOrigin ? "networking.host" : "http.host";
    Require(IsLoopback(c.http.host) || c.http.insecure, http_host_key,
            "binding HTTP to " + c.http.host +
                " would let everybody who reaches it run code here, since nobody has to log in. "
                "Use a loopback "
                "address, or set http.insecure: true if that is wanted");
    Require(c.workers.lease > 2 * c.workers.poll, "workers.lease",
            "workers.lease must be more than twice workers.poll");
    Require(c.workers.max_start_backoff >= c.workers.start_backoff, "workers.max-start-backoff",
            "workers.max-start-backoff must not be below workers.start-backoff");
    Require(c.http.port == 0 || c.http.port != c.cluster_port, "http.port",
            "http.port and cluster.port must not be the same");
    if (!IsLoopback(c.cluster_host)) {
      problems_.warnings.push_back("cluster.host is " + c.cluster_host +
                                   ": what workers and master say to each other is not encrypted");
    }
    if (c.http.max_upload > c.workers.max_artifact_size) {
      problems_.warnings.push_back(
          "http.max-upload is above workers.max-artifact-size: workers will refuse such files");
    }
  }

  void CollectValues() {
    for (const ConfigKey& key : ConfigKeys()) {
      values_.push_back({std::string(key.name), DescribeField(key.field(config_)),
                         origins_[std::string(key.name)]});
    }
    CollectContext("context-defaults", config_.context_defaults);
    for (const ContextConfig& context : config_.contexts)
      CollectContext("context." + context.name.value, context);
  }

  void CollectContext(const std::string& prefix, const ContextConfig& context) {
    for (const auto& [spark_key, value] : context.spark_conf) {
      const std::string key = prefix + ".spark-conf." + spark_key;
      values_.push_back({key, Masked(key, value), OriginOf(key)});
    }
    for (const ContextSetting& setting : ContextSettings()) {
      if (setting.file_key == "spark-conf") continue;
      const std::string key = prefix + "." + std::string(setting.file_key);
      values_.push_back({key, Masked(key, DescribeSetting(context, setting)), OriginOf(key)});
    }
  }

  // A context's value that no source gives comes from the defaults of contexts.
  std::string OriginOf(const std::string& key) const {
    const ConfigNode* const node = layers_.Find(key);
    if (node != nullptr) return node->origin;
    return key.starts_with("context.") ? "context-defaults" : kDefaultOrigin;
  }

  const ConfigSources& sources_;
  ConfigProblems problems_;
  const ConfigLayers layers_;
  MasterConfig config_ = DefaultConfig();
  std::map<std::string, std::string> origins_;
  std::vector<EffectiveValue> values_;
};

}  // namespace

MasterConfig DefaultConfig() {
  MasterConfig config;
  config.context_defaults.name = {kDefaultContext};
  config.context_defaults.spark_conf = {{"spark.master", "local[*]"}};
  return config;
}

LoadedConfig LoadConfig(const ConfigSources& sources) {
  return ConfigLoader(sources).Load();
}

std::string DescribeConfig(const LoadedConfig& loaded) {
  std::string text;
  for (const EffectiveValue& value : loaded.values) {
    text += "mist." + value.key + " = " + value.value + "    # " + value.origin + "\n";
  }
  for (const std::string& warning : loaded.warnings) text += "warning: " + warning + "\n";
  return text;
}

std::map<std::string, std::string> ProcessEnvironment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace mist
