#include "contexts/router_file.h"

#include <filesystem>

#include "base/error.h"
#include "contexts/config_tree.h"
#include "contexts/context_settings.h"
#include "contexts/names.h"

namespace mist {
namespace {

class RouterReader {
 public:
  void Read(const std::string& name, const ConfigNode& node) {
    const std::string place = node.origin + ": function '" + name + "'";
    if (!node.IsMap()) {
      Problem(place + " must be an object with path, className and namespace");
      return;
    }
    FunctionConfig function;
    function.name = {name};
    function.path = Text(node, "path", place);
    function.class_name = Text(node, "className", place);
    function.default_context = {Text(node, "namespace", place)};
    ConfigProblems problems;
    function.retry = ReadRetrySettings(node, problems);
    for (const std::string& problem : problems.errors) Problem(problem);
    if (const std::string bad = CheckName(name); !bad.empty()) Problem(place + ": " + bad);
    functions_.push_back(std::move(function));
  }

  std::vector<FunctionConfig> Result(const std::string& path) {
    if (problems_.empty()) return std::move(functions_);
    throw Error(ErrorCode::kInvalidConfig,
                "the functions of " + path + " cannot be used:" + problems_);
  }

 private:
  std::string Text(const ConfigNode& node, const char* key, const std::string& place) {
    const ConfigNode* const value = node.Find(key);
    if (value != nullptr && value->IsScalar() && !value->scalar.empty()) return value->scalar;
    Problem(place + " needs a text '" + key + "'");
    return "";
  }

  void Problem(const std::string& problem) { problems_ += "\n  " + problem; }

  std::vector<FunctionConfig> functions_;
  std::string problems_;
};

}  // namespace

std::vector<FunctionConfig> ReadRouterFile(const std::string& path) {
  const std::string location = std::filesystem::absolute(path).parent_path().string();
  const ConfigNode root = ReadConfigFile(path, ConfigSyntax::kHocon, {{"location", location}});
  RouterReader reader;
  for (const auto& [name, node] : root.entries) {
    if (name != "location") reader.Read(name, node);
  }
  return reader.Result(path);
}

}  // namespace mist
