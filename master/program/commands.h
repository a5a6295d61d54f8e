// The commands of mist-master. Each returns the process's exit code and throws Error for what main
// prints.
#pragma once

#include <filesystem>
#include <string>

#include "master/config/load_config.h"
#include "master/import/old_installation.h"

namespace mist {

struct CommandOptions {
  std::filesystem::path mist_home;
  // Empty: <mist_home>/conf/mist.yaml, else <mist_home>/configs/default.conf, when one exists.
  std::filesystem::path config_file;
  std::filesystem::path router_config;  // empty: <mist_home>/configs/router.conf when it exists
  std::filesystem::path pid_file;
};

struct ImportOptions {
  OldInstallationOptions old;
  bool overwrite = false;
  bool dry_run = false;
};

LoadedConfig LoadConfigFor(const CommandOptions& options);

// Also the first thing that a program does which takes another one's place (Serve()).
int Start(const CommandOptions& options, bool in_foreground);
int StopMaster(const CommandOptions& options);
// Makes the running master read the contexts of its configuration file again.
int ReloadMaster(const CommandOptions& options);
// The running master becomes the program that asks: callers see a pause, no error.
int UpgradeMaster(const CommandOptions& options);
int ShowStatus(const CommandOptions& options);
int CheckConfig(const CommandOptions& options);
// 1 when something could not be taken.
int ImportOldInstallation(const CommandOptions& options, const ImportOptions& import);
// Of the master's own store, with artifacts and logs, or of one database file. 1 when something is
// wrong.
int CheckStore(const CommandOptions& options, const std::filesystem::path& file);
// The target is a folder, which gets database and artifacts, or a file for the database alone. 1
// when something is wrong with what was copied.
int BackUpStore(const CommandOptions& options, const std::filesystem::path& target);
// The source is what BackUpStore() made. 1 when it was not restored or files are missing.
int RestoreStore(const CommandOptions& options, const std::filesystem::path& source);

}  // namespace mist
