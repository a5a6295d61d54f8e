// The commands of mist-master. Each returns the process's exit code and throws Error for what main
// prints.
#pragma once

#include <filesystem>
#include <string>

namespace mist {

struct CommandOptions {
  std::filesystem::path mist_home;
  std::filesystem::path config_file;    // empty: <mist_home>/conf/mist.yaml when it exists
  std::filesystem::path router_config;  // functions of Mist 0.x: given by old scripts, not read
  std::filesystem::path pid_file;
};

int StartInForeground(const CommandOptions& options);
int StartInBackground(const CommandOptions& options);
int StopMaster(const CommandOptions& options);
int ShowStatus(const CommandOptions& options);
int CheckConfig(const CommandOptions& options);

}  // namespace mist
