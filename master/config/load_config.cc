#include "master/config/load_config.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <unistd.h>

#include "base/error.h"
#include "contexts/mqtt_topics.h"
#include "contexts/names.h"
#include "contexts/setting_values.h"
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
  constexpr std::array<std::string_view, 8> kWords = {
      "secret",    "password",   "token", "access.key",
      "accesskey", "credential", ".pem",  "oauthbearer.config"};
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
    SettleManualWorkers();
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
      const ConfigField field = key.field(config_);
      if (auto* const* values = std::get_if<NamedValues*>(&field)) {
        for (const ConfigNode* layer : layers_.FindAll(key.name)) ReadNamed(key, *layer, **values);
        continue;
      }
      const bool is_map = node->IsMap();
      const std::string text = is_map ? "a map" : ScalarOrList(*node);
      const std::string expected = is_map ? "a value" : SetKey(key, config_, text);
      if (expected.empty()) continue;
      problems_.errors.push_back(node->origin + ": " + std::string(key.name) + " must be " +
                                 expected + ", got '" + text + "'");
    }
  }

  // A map, or the same in one text; layers add up.
  void ReadNamed(const ConfigKey& key, const ConfigNode& node, NamedValues& values) {
    if (node.IsMap()) {
      for (const auto& [name, value] : Flatten(node)) {
        const ConfigNode* const place = node.Find(name);
        values[name] = {value, place == nullptr ? node.origin : place->origin};
      }
      return;
    }
    const std::string text = ScalarOrList(node);
    const std::string expected = SetKey(key, config_, text);
    if (!expected.empty()) {
      problems_.errors.push_back(node.origin + ": " + std::string(key.name) + " must be " +
                                 expected + ", got '" + Masked(text, text) + "'");
    }
    for (auto& [name, value] : values) {
      if (value.origin.empty()) value.origin = node.origin;
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
    if (const std::string ui = VariableOr(sources_, "MIST_UI_DIR", ""); !ui.empty()) {
      c.http.ui = ui;
      origins_["http.ui"] = "MIST_UI_DIR";
    }
    Settle(c.http.ui, VariableOr(sources_, "MIST_HOME", c.work_directory) + "/ui");
    Settle(c.http.docs, VariableOr(sources_, "MIST_HOME", c.work_directory) + "/docs");
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

  void SettleManualWorkers() {
    ManualWorkersConfig& manual = config_.workers.manual;
    if (manual.old_start_command.empty()) return;
    manual.start_command = manual.old_start_command;
    manual.stop_command = manual.old_stop_command;
    manual.async = true;
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
    CheckRunner();
    CheckKafka();
    CheckMqtt();
    Require(!c.security.enabled || !(c.security.keytab.empty() || c.security.principal.empty()),
            "security.enabled", "security.enabled needs security.keytab and security.principal");
    if (!IsLoopback(c.cluster_host)) {
      problems_.warnings.push_back("cluster.host is " + c.cluster_host +
                                   ": what workers and master say to each other is not encrypted");
    }
    if (c.http.max_upload > c.workers.max_artifact_size) {
      problems_.warnings.push_back(
          "http.max-upload is above workers.max-artifact-size: workers will refuse such files");
    }
  }

  void CheckRunner() {
    const WorkersConfig& workers = config_.workers;
    Require(workers.runner != RunnerKind::kManual || !workers.manual.start_command.empty(),
            "workers.runner", "workers.runner: manual needs workers.manual.startCmd");
    if (workers.runner != RunnerKind::kDocker) return;
    Require(!workers.docker.image.empty(), "workers.runner",
            "workers.runner: docker needs workers.docker.image");
    Require(workers.docker.network != "auto-master" || !workers.docker.master_container.empty(),
            "workers.docker.network-type",
            "workers.docker.network-type: auto-master needs "
            "workers.docker.auto-master-network.container-id");
    if (workers.docker.network != "host" && IsLoopback(config_.cluster_public_host)) {
      problems_.warnings.push_back("cluster.public-host is " + config_.cluster_public_host +
                                   ": workers in containers do not reach the master there, unless "
                                   "workers.docker.network-type is host");
    }
  }

  void CheckKafka() {
    const KafkaConfig& kafka = config_.kafka;
    for (const std::string& broker : kafka.brokers) {
      const std::size_t colon = broker.rfind(':');
      const bool has_host = colon != std::string::npos && colon > 0;
      const std::int64_t port = has_host ? ParseCount(broker.substr(colon + 1)).value_or(0) : 0;
      Require(port > 0 && port < 65536, "kafka.brokers",
              "kafka.brokers must be host:port, got '" + broker + "'");
    }
    CheckTopics("kafka.subscribe-topic", kafka.subscribe_topics);
    CheckTopics("kafka.publish-topic", kafka.publish_topics);
    if (!kafka.dead_letter_topic.empty())
      CheckTopics("kafka.dead-letter-topic", {kafka.dead_letter_topic});
    for (const auto& [topic, function] : kafka.bindings) {
      CheckTopics("kafka.bindings", {topic});
      if (const std::string bad = CheckName(function.value); !bad.empty()) {
        problems_.errors.push_back(function.origin + ": kafka.bindings: the function '" +
                                   function.value + "' of " + topic + ": " + bad);
      }
    }
  }

  // What Kafka takes as the name of a topic.
  void CheckTopics(std::string_view key, const std::vector<std::string>& topics) {
    for (const std::string& topic : topics) {
      const bool good = !topic.empty() && topic.size() <= 249 && topic != "." && topic != ".." &&
                        topic.find_first_not_of(
                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
                            "YZ0123456789._-") == std::string::npos;
      Require(good, key, std::string(key) + ": Kafka has no topic of the name '" + topic + "'");
    }
  }

  void CheckMqtt() {
    MqttConfig& mqtt = config_.mqtt;
    const bool tls = !mqtt.ca.empty() || !mqtt.certificate.empty();
    const std::string host =
        mqtt.host.find(':') == std::string::npos ? mqtt.host : "[" + mqtt.host + "]";
    Settle(mqtt.uri, (tls ? "ssl://" : "tcp://") + host + ":" + std::to_string(mqtt.port));
    if (!mqtt.on) return;
    const bool known = mqtt.uri.starts_with("tcp://") || mqtt.uri.starts_with("ssl://");
    const std::size_t colon = mqtt.uri.rfind(':');
    const std::int64_t port =
        colon > 6 ? ParseCount(std::string_view(mqtt.uri).substr(colon + 1)).value_or(0) : 0;
    Require(known && port > 0 && port < 65536 && mqtt.uri.find('@') == std::string::npos,
            origins_["mqtt.uri"] == kDefaultOrigin ? "mqtt.port" : "mqtt.uri",
            "mqtt.uri must be tcp://host:port or ssl://host:port, with the login in mqtt.username "
            "and mqtt.password");
    Require(!tls || !mqtt.uri.starts_with("tcp://"), "mqtt.uri",
            "mqtt.uri: the keys of mqtt.tls need ssl://");
    Require(mqtt.key.empty() == mqtt.certificate.empty(), "mqtt.tls.key",
            "mqtt.tls.certificate and mqtt.tls.key need each other");
    Require(mqtt.password.empty() || !mqtt.username.empty(), "mqtt.password",
            "mqtt.password needs mqtt.username");
    CheckMqttTopics();
  }

  void CheckMqttTopics() {
    const MqttConfig& mqtt = config_.mqtt;
    std::vector<std::string> filters;
    const auto add = [&](const std::string& filter, std::string_view key) {
      const std::string bad = CheckMqttFilter(filter);
      Require(bad.empty(), key, std::string(key) + ": '" + filter + "' is no topic: " + bad);
      if (!bad.empty()) return;
      for (const std::string& other : filters) {
        Require(!MqttTopicsOverlap(filter, other), key,
                std::string(key) + ": '" + filter + "' and '" + other +
                    "' match the same topics: their messages might start two jobs");
      }
      filters.push_back(filter);
    };
    for (const std::string& filter : mqtt.subscribe_topics) add(filter, "mqtt.subscribe-topic");
    for (const auto& [filter, function] : mqtt.bindings) {
      add(filter, "mqtt.bindings");
      if (const std::string bad = CheckName(function.value); !bad.empty()) {
        problems_.errors.push_back(function.origin + ": mqtt.bindings: the function '" +
                                   function.value + "' of " + filter + ": " + bad);
      }
    }
    for (const std::string& topic : mqtt.publish_topics) {
      const std::string bad = CheckMqttTopic(topic);
      Require(bad.empty(), "mqtt.publish-topic",
              "mqtt.publish-topic: '" + topic + "' is no topic: " + bad);
      if (!bad.empty()) continue;
      for (const std::string& filter : filters) {
        Require(!MqttTopicsOverlap(topic, filter), "mqtt.publish-topic",
                "mqtt.publish-topic: events on '" + topic + "' would be read as requests");
      }
    }
  }

  void CollectNamed(const std::string& prefix, const NamedValues& values) {
    for (const auto& [name, value] : values) {
      const std::string key = prefix + "." + name;
      values_.push_back({key, Masked(key, value.value), value.origin});
    }
  }

  void CollectValues() {
    for (const ConfigKey& key : ConfigKeys()) {
      const ConfigField field = key.field(config_);
      if (auto* const* named = std::get_if<NamedValues*>(&field); named && !(*named)->empty()) {
        CollectNamed(std::string(key.name), **named);
        continue;
      }
      const std::string shown = DescribeField(field);
      values_.push_back({std::string(key.name), shown.empty() ? "" : Masked(key.name, shown),
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
