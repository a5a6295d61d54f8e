#include "master/config/config_layers.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>
#include <variant>

#include "contexts/setting_values.h"
#include "master/config/config_keys.h"

namespace mist {
namespace {

constexpr std::string_view kPrefix = "mist.";

// Variables that begin with MIST_ and are not keys: of the master and its workers, and of the
// command-line tool.
bool IsOtherVariable(std::string_view name) {
  static constexpr std::string_view kNames[] = {"MIST_HOME",        "MIST_OPTS", "MIST_UI_DIR",
                                                "MIST_HOST",        "MIST_PORT", "MIST_YES",
                                                "MIST_FORMAT_TABLE"};
  static constexpr std::string_view kPrefixes[] = {"MIST_WORKER_", "MIST_MASTER_", "MIST_APPLY_",
                                                   "MIST_LIST_", "MIST_START_"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) ||
         std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// Words separated by blanks; quotes hold a word together, as in a shell without its escapes.
std::vector<std::string> SplitOptions(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool in_word = false;
  for (const char c : text) {
    if (quote != 0 ? c == quote : c == '"' || c == '\'') {
      quote = quote == 0 ? c : 0;
      in_word = true;
    } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (in_word) words.push_back(std::exchange(word, ""));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(word);
  return words;
}

// "-Dmist.http.port=1" as ("http.port", "1"); options of the JVM are none of ours.
std::vector<std::pair<std::string, std::string>> MistOptions(const std::string& mist_opts) {
  std::vector<std::pair<std::string, std::string>> options;
  for (const std::string& word : SplitOptions(mist_opts)) {
    const std::string start = "-D" + std::string(kPrefix);
    const std::size_t equals = word.find('=');
    if (!word.starts_with(start) || equals == std::string::npos) continue;
    options.emplace_back(word.substr(start.size(), equals - start.size()), word.substr(equals + 1));
  }
  return options;
}

std::string ValueOr(const std::map<std::string, std::string>& map, const std::string& key,
                    const std::string& other) {
  const auto found = map.find(key);
  return found == map.end() ? other : found->second;
}

// "auto" tells a host to follow another one, but is no path.
bool MayBeReferredTo(std::string_view key, std::string_view value) {
  return value != kAuto || key.ends_with("host");
}

// Variables are text, and "+=" would find a text where it needs a list.
bool IsListOrMap(const ConfigField& field) {
  return std::holds_alternative<std::vector<std::string>*>(field) ||
         std::holds_alternative<NamedValues*>(field);
}

// What a HOCON file may refer to although it does not say it itself.
ConfigVariables VariablesOf(const std::map<std::string, std::string>& environment) {
  ConfigVariables variables;
  const auto set = [&](std::string_view key, const std::string& value) {
    variables[std::string(kPrefix) + std::string(key)] = value;
  };
  MasterConfig defaults = DefaultConfig();
  for (const ConfigKey& key : ConfigKeys()) {
    const ConfigField field = key.field(defaults);
    const std::string value = DescribeField(field);
    if (!IsListOrMap(field) && MayBeReferredTo(key.name, value)) set(key.name, value);
  }
  for (const auto& [key, value] : defaults.context_defaults.spark_conf)
    set("context-defaults.spark-conf." + key, value);
  for (const ContextSetting& setting : ContextSettings()) {
    if (setting.file_key == "spark-conf") continue;
    set("context-defaults." + std::string(setting.file_key),
        DescribeSetting(defaults.context_defaults, setting));
  }
  set("work-directory", ValueOr(environment, "MIST_HOME", "."));
  for (const auto& [key, value] : MistOptions(ValueOr(environment, "MIST_OPTS", "")))
    set(key, value);
  return variables;
}

bool IsContextKey(std::string_view key) {
  return key == "context" || key == "context-defaults" || key.starts_with("context.") ||
         key.starts_with("context-defaults.");
}

bool IsOwnKey(std::string_view key) {
  const auto keys = ConfigKeys();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const ConfigKey& known) { return known.name == key; });
}

// "http", which is no key itself.
bool IsGroup(std::string_view key) {
  const std::string start = std::string(key) + ".";
  const auto keys = ConfigKeys();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const ConfigKey& known) { return known.name.starts_with(start); });
}

bool BelongsBelowMist(std::string_view key) {
  return IsOwnKey(key) || IsGroup(key) || IsContextKey(key) || key.starts_with(kPrefix);
}

// Every value at a dotted path, however its dots are spread over keys.
void CollectValues(const ConfigNode& node, std::string_view path,
                   std::vector<const ConfigNode*>& values) {
  for (const auto& [key, child] : node.entries) {
    if (key == path) values.push_back(&child);
    if (path.starts_with(key) && path.size() > key.size() && path[key.size()] == '.')
      CollectValues(child, path.substr(key.size() + 1), values);
  }
}

}  // namespace

ConfigLayers::ConfigLayers(const ConfigSources& sources, ConfigProblems& problems)
    : problems_(problems) {
  if (sources.file && !(sources.file_may_be_missing && !std::filesystem::exists(*sources.file))) {
    AddFile(*sources.file, sources);
  }
  AddOptions(ValueOr(sources.environment, "MIST_OPTS", ""));
  AddEnvironment(sources);
  for (const ConfigNode& layer : layers_) {
    CheckKeys(layer, "");
    CheckTwins(layer);
  }
}

// Everything is below "mist"; a YAML file that has no such key is all below it.
void ConfigLayers::AddFile(const std::string& path, const ConfigSources& sources) {
  const ConfigSyntax syntax = SyntaxOf(path);
  ConfigNode root = ReadConfigFile(path, syntax, VariablesOf(sources.environment));
  const ConfigNode* const mist = root.Find("mist");
  if (mist == nullptr && syntax == ConfigSyntax::kYaml) {
    layers_.push_back(std::move(root));
    return;
  }
  for (const auto& [key, node] : root.entries) {
    if (key != "mist") CheckBeside(node, key);
  }
  if (mist == nullptr || mist->kind == ConfigNode::Kind::kNull) return;
  if (mist->IsMap()) {
    layers_.push_back(*mist);
  } else {
    MustBeMap(*mist, "mist");
  }
}

void ConfigLayers::MustBeMap(const ConfigNode& node, const std::string& key) {
  const std::string got = node.IsScalar() ? "'" + node.scalar + "'" : "a list";
  problems_.errors.push_back(node.origin + ": '" + key + "' must be a map of keys, got " + got);
}

// Akka's keys stand there by right, ours by mistake.
void ConfigLayers::CheckBeside(const ConfigNode& node, const std::string& key) {
  if (!BelongsBelowMist(key)) {
    CheckKeys(node, key);
    return;
  }
  problems_.warnings.push_back(node.origin + ": '" + key +
                               "' stands beside 'mist' and is not read: move it below mist");
}

void ConfigLayers::AddOptions(const std::string& mist_opts) {
  ConfigNode layer{ConfigNode::Kind::kMap, {}, {}, {}, "MIST_OPTS"};
  for (const auto& [key, value] : MistOptions(mist_opts)) SetScalar(layer, key, value, "MIST_OPTS");
  layers_.push_back(std::move(layer));
}

void ConfigLayers::AddEnvironment(const ConfigSources& sources) {
  std::map<std::string, std::string> keys;  // by the name of their variable
  for (const ConfigKey& key : ConfigKeys()) keys[EnvironmentNameOf(key.name)] = key.name;
  for (const ForeignKey& key : ForeignKeys()) {
    if (!key.name.ends_with('*')) keys[EnvironmentNameOf(key.name)] = key.name;
  }
  for (const ContextSetting& setting : ContextSettings()) {
    const std::string key = "context-defaults." + std::string(setting.file_key);
    if (setting.file_key != "spark-conf") keys[EnvironmentNameOf(key)] = key;
  }
  ConfigNode layer{ConfigNode::Kind::kMap, {}, {}, {}, "environment"};
  for (const auto& [name, value] : sources.environment) {
    if (!name.starts_with("MIST_") || IsOtherVariable(name)) continue;
    const auto key = keys.find(name);
    if (key == keys.end()) {
      problems_.warnings.push_back(name + ": no key has this environment variable");
    } else {
      SetScalar(layer, key->second, value, name);
    }
  }
  layers_.push_back(std::move(layer));
}

void ConfigLayers::CheckKeys(const ConfigNode& node, const std::string& prefix) {
  if (IsContextKey(prefix)) {
    // Whoever reads contexts knows their settings, but looks for maps: a context's name may hold
    // dots itself. Only YAML can bring a dotted key here.
    if (prefix.find('.') != std::string::npos) {
      problems_.errors.push_back(node.origin + ": '" + prefix +
                                 "' must be written as maps below 'context' or 'context-defaults'");
    } else if (prefix == "context" && !node.IsMap() && node.kind != ConfigNode::Kind::kNull) {
      MustBeMap(node, prefix);
    }
    return;
  }
  if (!node.IsMap() || IsOwnKey(prefix)) {
    CheckLeaf(node, prefix);
    return;
  }
  for (const auto& [key, child] : node.entries)
    CheckKeys(child, prefix.empty() ? key : prefix + "." + key);
}

void ConfigLayers::CheckLeaf(const ConfigNode& node, const std::string& key) {
  if (node.kind == ConfigNode::Kind::kNull || IsOwnKey(key)) return;
  if (IsGroup(key)) {
    MustBeMap(node, key);
    return;
  }
  const ForeignKey* const foreign = FindForeignKey(key);
  if (foreign == nullptr) {
    problems_.warnings.push_back(node.origin + ": unknown key '" + key + "'");
    return;
  }
  const auto given = ParseSwitch(node.scalar);
  const bool harmless =
      node.scalar == foreign->harmless || (given && given == ParseSwitch(foreign->harmless));
  if (harmless) return;
  const std::string problem = node.origin + ": " + key;
  if (foreign->refused) {
    problems_.errors.push_back(problem + " cannot be '" + node.scalar +
                               "': " + std::string(foreign->reason));
  } else {
    problems_.warnings.push_back(problem + " has no effect: " + std::string(foreign->reason));
  }
}

// {http: {port: 1}, http.port: 2}: the readers of files see two keys where there is one.
void ConfigLayers::CheckTwins(const ConfigNode& layer) {
  for (const ConfigKey& key : ConfigKeys()) {
    std::vector<const ConfigNode*> values;
    CollectValues(layer, key.name, values);
    for (std::size_t i = 1; i < values.size(); ++i) {
      problems_.errors.push_back(values[i]->origin + ": " + std::string(key.name) +
                                 " is given twice, before at " + values[0]->origin);
    }
  }
}

const ConfigNode* ConfigLayers::Find(std::string_view key) const {
  const auto all = FindAll(key);
  return all.empty() ? nullptr : all.back();
}

std::vector<const ConfigNode*> ConfigLayers::FindAll(std::string_view key) const {
  std::vector<const ConfigNode*> found;
  for (const ConfigNode& layer : layers_) {
    const ConfigNode* const node = layer.Find(key);
    if (node != nullptr && node->kind != ConfigNode::Kind::kNull) found.push_back(node);
  }
  return found;
}

}  // namespace mist
