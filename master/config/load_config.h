// Puts the master's configuration together: embedded defaults < file < MIST_OPTS (-Dmist.x.y=z) <
// environment (MIST_X_Y).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "master/config/master_config.h"

namespace mist {

struct ConfigSources {
  std::optional<std::string> file = {};  // YAML or HOCON, by extension
  bool file_may_be_missing = false;      // nobody named it: it is only where one would be
  std::map<std::string, std::string> environment = {};  // of the process
};

struct EffectiveValue {
  std::string key;
  std::string value;   // secrets masked
  std::string origin;  // "default", "conf/mist.yaml:12", "MIST_HTTP_PORT", "MIST_OPTS"
};

struct LoadedConfig {
  MasterConfig config;
  std::vector<std::string> warnings;   // unknown keys, settings without effect: with their place
  std::vector<EffectiveValue> values;  // every key
};

// Throws Error (kInvalidConfig) that names every problem, one on a line; kIo when the file cannot
// be read.
LoadedConfig LoadConfig(const ConfigSources& sources);

// What `mist-master check-config` prints: every key with its value and where that comes from, then
// the warnings.
std::string DescribeConfig(const LoadedConfig& loaded);

// The variables of this process.
std::map<std::string, std::string> ProcessEnvironment();

}  // namespace mist
