#include "master/import/old_catalog.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "base/error.h"
#include "contexts/context_settings.h"
#include "contexts/names.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

constexpr char kExtension[] = ".conf";
// Where contexts of Mist were to run on Amazon's clusters; no released version acts on it.
constexpr char kLaunchData[] = "launch-data";
constexpr char kUsualLaunch[] = "server-default";

// By name, so that every import goes the same way.
std::map<std::string, fs::path> ConfFiles(const fs::path& folder) {
  std::map<std::string, fs::path> files;
  if (!fs::is_directory(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(kExtension)) continue;
    files[name.substr(0, name.size() - std::string(kExtension).size())] = entry.path();
  }
  return files;
}

std::string Joined(const std::vector<std::string>& texts, const std::string& separator) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : separator) + text;
  return joined;
}

class ContextReader {
 public:
  ContextReader(const OldInstallation& old, ImportSection& section) : old_(old), section_(section) {
    const ConfigNode* const defaults = old.config.Find("context-defaults");
    if (defaults == nullptr) return;
    ConfigProblems problems;
    defaults_ = ReadContextSettings(*defaults, ContextConfig(), problems);
    Refuse("context-defaults", problems);
    section.Note("context-defaults of " + old.config_file.string() +
                 " belong into the configuration of the new master, which also reads that file as "
                 "it is: they become its context 'default'");
  }

  std::vector<ContextConfig> Read() {
    for (const auto& [name, file] : ConfFiles(old_.contexts_folder)) ReadFile(name, file);
    const ConfigNode* const declared = old_.config.Find("context");
    if (declared != nullptr) {
      for (const auto& [name, settings] : declared->entries) ReadDeclared(name, settings);
    }
    std::vector<ContextConfig> contexts;
    for (auto& [name, context] : contexts_) contexts.push_back(std::move(context));
    return contexts;
  }

 private:
  static std::string Shown(const std::string& name) { return "context '" + name + "'"; }

  void ReadFile(const std::string& name, const fs::path& file) {
    try {
      ConfigNode settings = ReadConfigFile(file.string(), ConfigSyntax::kHocon);
      DropLaunchData(name, settings);
      NoteMissing(name, file, settings);
      ContextConfig base = defaults_;
      // The file holds all of a context's Spark settings; only one without any falls back.
      if (settings.Find("spark-conf") != nullptr) base.spark_conf.clear();
      Take(name, settings, base);
    } catch (const Error& error) {
      section_.Refuse(Shown(name), error.what());
    }
  }

  void ReadDeclared(const std::string& name, const ConfigNode& settings) {
    if (contexts_.contains(name)) return;
    ConfigNode own = settings;
    DropLaunchData(name, own);
    Take(name, own, defaults_);
  }

  void Take(const std::string& name, const ConfigNode& settings, const ContextConfig& base) {
    ConfigProblems problems;
    if (const std::string bad = CheckName(name); !bad.empty()) problems.errors.push_back(bad);
    if (name == kDefaultContext) {
      problems.errors.emplace_back(
          "the context 'default' is set up by context-defaults of the configuration");
    }
    ContextConfig context = ReadContextSettings(settings, base, problems);
    for (const std::string& warning : problems.warnings) {
      section_.Note(Shown(name) + ": " + warning);
    }
    context.name = {name};
    if (!Refuse(Shown(name), problems)) contexts_.emplace(name, std::move(context));
  }

  bool Refuse(const std::string& what, const ConfigProblems& problems) {
    if (problems.errors.empty()) return false;
    section_.Refuse(what, Joined(problems.errors, "; "));
    return true;
  }

  void DropLaunchData(const std::string& name, ConfigNode& settings) {
    const auto entry = std::find_if(settings.entries.begin(), settings.entries.end(),
                                    [](const ConfigEntry& e) { return e.key == kLaunchData; });
    if (entry == settings.entries.end()) return;
    const ConfigNode* const type = entry->value.Find("type");
    if (type == nullptr || type->scalar != kUsualLaunch) {
      section_.Note(Shown(name) + ": " + entry->value.origin + ": launch-data has no effect");
    }
    settings.entries.erase(entry);
  }

  void NoteMissing(const std::string& name, const fs::path& file, const ConfigNode& settings) {
    static constexpr std::array kKeys{"spark-conf",  "downtime",    "precreated",
                                      "worker-mode", "run-options", "streaming-duration"};
    std::vector<std::string> missing;
    for (const char* key : kKeys) {
      if (settings.Find(key) == nullptr) missing.emplace_back(key);
    }
    if (settings.Find("max-jobs") == nullptr && settings.Find("max-parallel-jobs") == nullptr) {
      missing.emplace_back("max-jobs");
    }
    if (missing.empty()) return;
    section_.Note(Shown(name) + ": " + file.string() + " lacks " + Joined(missing, ", ") +
                  "; the defaults are taken");
  }

  const OldInstallation& old_;
  ImportSection& section_;
  ContextConfig defaults_;
  std::map<std::string, ContextConfig> contexts_;
};

class FunctionReader {
 public:
  FunctionReader(const OldInstallation& old, ImportSection& section)
      : old_(old), section_(section) {}

  std::vector<FunctionConfig> Read() {
    for (const auto& [name, file] : ConfFiles(old_.functions_folder)) {
      Guarded(name, [&, &name = name, &file = file] {
        Take(name, ReadConfigFile(file.string(), ConfigSyntax::kHocon));
      });
    }
    if (!old_.router_file.empty()) Guarded("router.conf", [&] { ReadRouter(); });
    std::vector<FunctionConfig> functions;
    for (auto& [name, function] : functions_) functions.push_back(std::move(function));
    return functions;
  }

 private:
  template <typename Call>
  void Guarded(const std::string& name, Call call) {
    try {
      call();
    } catch (const Error& error) {
      section_.Refuse("function '" + name + "'", error.what());
    }
  }

  void ReadRouter() {
    const std::string folder = fs::absolute(old_.router_file).parent_path().string();
    const ConfigNode routes =
        ReadConfigFile(old_.router_file.string(), ConfigSyntax::kHocon, {{"location", folder}});
    for (const auto& [name, settings] : routes.entries) {
      if (functions_.contains(name) || !settings.IsMap()) continue;  // a scalar is a variable
      Guarded(name, [&, &name = name, &settings = settings] { Take(name, settings); });
    }
  }

  void Take(const std::string& name, const ConfigNode& settings) {
    if (const std::string bad = CheckName(name); !bad.empty()) {
      throw Error(ErrorCode::kInvalidInput, bad);
    }
    functions_[name] = {
        {name}, Text(settings, "path"), Text(settings, "className"), {Text(settings, "namespace")}};
  }

  static std::string Text(const ConfigNode& settings, const std::string& key) {
    const ConfigNode* const node = settings.Find(key);
    if (node == nullptr || !node->IsScalar() || node->scalar.empty()) {
      throw Error(ErrorCode::kInvalidConfig, settings.origin + ": " + key + " is missing");
    }
    return node->scalar;
  }

  const OldInstallation& old_;
  ImportSection& section_;
  std::map<std::string, FunctionConfig> functions_;
};

}  // namespace

std::vector<ContextConfig> ReadOldContexts(const OldInstallation& old, ImportSection& section) {
  return ContextReader(old, section).Read();
}

std::vector<FunctionConfig> ReadOldFunctions(const OldInstallation& old, ImportSection& section) {
  return FunctionReader(old, section).Read();
}

}  // namespace mist
