// Where an installation of Mist 1.1 keeps its things, as its work folder and configuration say.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "contexts/config_tree.h"
#include "master/import/job_history.h"

namespace mist {

// Empty values: as the old configuration says. Files are those of `configs` in the folder, if they
// are there: default.conf, router.conf.
struct OldInstallationOptions {
  std::filesystem::path folder = {};  // its work folder, as a rule its MIST_HOME
  std::filesystem::path config_file = {};
  std::filesystem::path router_file = {};
  std::string db_url = {};
  std::string db_user = {};
  std::filesystem::path db_password_file = {};  // its first line
};

struct OldInstallation {
  std::filesystem::path folder;
  std::filesystem::path config_file;  // empty: there is none
  std::filesystem::path router_file;  // empty: there is none
  ConfigNode config;                  // what the configuration holds below "mist"
  std::filesystem::path contexts_folder;
  std::filesystem::path functions_folder;
  std::filesystem::path artifacts_folder;
  std::filesystem::path logs_folder;
  OldDatabase database;
  bool database_is_named = false;  // by configuration or option: then it must be there
  std::vector<std::string> notes;  // for the operator
};

// Throws Error (kInvalidInput) when the folder is no work folder of Mist 1.1, kInvalidConfig when
// its configuration cannot be used; both say what to do.
OldInstallation FindOldInstallation(const OldInstallationOptions& options);

}  // namespace mist
