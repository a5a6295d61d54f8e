// The sources of the configuration, weakest first, each as a tree below the prefix "mist.".
// Internal to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contexts/config_tree.h"
#include "contexts/context_settings.h"
#include "master/config/load_config.h"

namespace mist {

class ConfigLayers {
 public:
  // Warns of keys and MIST_* variables that nobody knows, and of those that have no effect here.
  ConfigLayers(const ConfigSources& sources, ConfigProblems& problems);

  // The strongest value of a key; nullptr when no source has one. Nulls count as nothing.
  const ConfigNode* Find(std::string_view key) const;

  // Every source's value of a key, weakest first.
  std::vector<const ConfigNode*> FindAll(std::string_view key) const;

 private:
  void AddFile(const std::string& path, const ConfigSources& sources);
  void CheckBeside(const ConfigNode& node, const std::string& key);
  void AddOptions(const std::string& mist_opts);
  void AddEnvironment(const ConfigSources& sources);
  void CheckKeys(const ConfigNode& node, const std::string& prefix);
  void CheckTwins(const ConfigNode& layer);
  void MustBeMap(const ConfigNode& node, const std::string& key);
  void CheckLeaf(const ConfigNode& node, const std::string& key);

  ConfigProblems& problems_;
  std::vector<ConfigNode> layers_;
};

}  // namespace mist
