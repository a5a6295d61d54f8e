// Contexts in configuration files: context-defaults, context.<name>.*, and the Context model of
// conf folders.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contexts/config_tree.h"
#include "contexts/context_config.h"

namespace mist {

// What is wrong with a configuration, each with its place, in the order of discovery. Whoever reads
// a part of the file adds to it, so that everything is reported at once.
struct ConfigProblems {
  std::vector<std::string> errors;    // the program does not start
  std::vector<std::string> warnings;  // it does, without what the setting asks for
};

struct ContextSetting {
  std::string_view file_key;  // "max-jobs"
  std::string_view json_key;  // "maxJobs": taken as well
  std::string_view meaning;
};

// All settings of a context, in the order in which they are shown.
std::span<const ContextSetting> ContextSettings();

// The value of one setting as configuration files write it. Not for spark-conf.
std::string DescribeSetting(const ContextConfig& context, const ContextSetting& setting);

// `base` with the settings of a map. spark-conf is merged key by key, as a HOCON fallback is.
ContextConfig ReadContextSettings(const ConfigNode& settings, const ContextConfig& base,
                                  ConfigProblems& problems);

// retries, retry-on and retry-backoff in a map of other settings: a function of router.conf.
RetrySettings ReadRetrySettings(const ConfigNode& settings, ConfigProblems& problems);

}  // namespace mist
