#include "master/import/old_installation.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "base/error.h"
#include "master/import/h2_history.h"
#include "master/import/postgres_history.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

constexpr char kConfigFile[] = "configs/default.conf";
constexpr char kRouterFile[] = "configs/router.conf";

std::string TextOr(const ConfigNode& config, std::string_view key, const std::string& other) {
  const ConfigNode* const node = config.Find(key);
  return node != nullptr && node->IsScalar() ? node->scalar : other;
}

fs::path FoundFile(const fs::path& named, const fs::path& usual) {
  if (!named.empty()) return named;
  return fs::exists(usual) ? usual : fs::path();
}

ConfigNode ReadConfig(const OldInstallation& old) {
  if (old.config_file.empty()) return ConfigNode{ConfigNode::Kind::kMap, {}, {}, {}, ""};
  const std::string file = old.config_file.string();
  const ConfigNode root =
      ReadConfigFile(file, SyntaxOf(file), {{"mist.work-directory", old.folder.string()}});
  const ConfigNode* const mist = root.Find("mist");
  return mist == nullptr ? ConfigNode{ConfigNode::Kind::kMap, {}, {}, {}, file} : *mist;
}

fs::path Folder(const OldInstallation& old, std::string_view key, const std::string& usual) {
  const ConfigNode* const node = old.config.Find(key);
  if (node == nullptr || !node->IsScalar()) return old.folder / usual;
  const fs::path folder = old.folder / node->scalar;
  if (!fs::is_directory(folder)) {
    throw Error(ErrorCode::kInvalidConfig,
                node->origin + ": " + std::string(key) + " is " + folder.string() +
                    ", and there is no such folder. If the installation was moved, change the "
                    "paths in a copy of this file and name it with --old-config");
  }
  return folder;
}

std::string ReadPassword(const fs::path& file) {
  std::ifstream text(file);
  std::string line;
  if (!std::getline(text, line)) {
    throw Error(ErrorCode::kInvalidInput,
                "--db-password-file: no first line can be read from " + file.string());
  }
  return line;
}

void FindDatabase(OldInstallation& old, const OldInstallationOptions& options) {
  const std::string file = TextOr(old.config, "db.filepath", "");
  const std::string configured = TextOr(old.config, "db.jdbcUrl", "");
  OldDatabase& database = old.database;
  database.url = "jdbc:h2:file:recovery.db";
  if (!configured.empty()) database.url = configured;
  database.user = TextOr(old.config, "db.username", "");
  database.password = TextOr(old.config, "db.password", "");
  if (!file.empty()) database = {"jdbc:h2:file:" + file, "", ""};  // the original ignores the rest
  if (!options.db_url.empty()) database.url = options.db_url;
  if (!options.db_user.empty()) database.user = options.db_user;
  if (!options.db_password_file.empty()) {
    database.password = ReadPassword(options.db_password_file);
  }
  old.database_is_named = !options.db_url.empty() || !file.empty() || !configured.empty();
  if (!IsPostgresUrl(database.url) && !database.url.starts_with("jdbc:h2:")) {
    throw Error(ErrorCode::kInvalidConfig, "the database is " + database.url +
                                               "; only jdbc:h2: and jdbc:postgresql: can be read");
  }
}

void NoteOtherWorkFolder(OldInstallation& old) {
  const ConfigNode* const node = old.config.Find("work-directory");
  if (node == nullptr || !node->IsScalar()) return;
  std::error_code error;
  if (fs::equivalent(old.folder / node->scalar, old.folder, error)) return;
  old.notes.push_back(node->origin + ": work-directory is " + node->scalar + "; what is read is " +
                      old.folder.string() + ", the folder given");
}

bool HoldsSomething(const OldInstallation& old) {
  const std::array<fs::path, 3> folders{old.contexts_folder, old.functions_folder,
                                        old.artifacts_folder};
  return std::any_of(folders.begin(), folders.end(),
                     [](const fs::path& folder) { return fs::is_directory(folder); }) ||
         !old.config_file.empty() || !old.router_file.empty() || IsPostgresUrl(old.database.url) ||
         !FindH2File(old.database.url, old.folder).empty();
}

}  // namespace

OldInstallation FindOldInstallation(const OldInstallationOptions& options) {
  OldInstallation old;
  old.folder = fs::absolute(options.folder).lexically_normal();
  if (!fs::is_directory(old.folder)) {
    throw Error(ErrorCode::kInvalidInput, "there is no folder " + old.folder.string());
  }
  old.config_file = FoundFile(options.config_file, old.folder / kConfigFile);
  old.router_file = FoundFile(options.router_file, old.folder / kRouterFile);
  old.config = ReadConfig(old);
  old.contexts_folder = Folder(old, "contexts-store.path", "data/contexts");
  old.functions_folder = Folder(old, "functions-store.path", "data/functions");
  old.artifacts_folder = Folder(old, "artifact-repository.save-path", "data/artifacts");
  old.logs_folder = Folder(old, "log-service.dump_directory", "logs");
  FindDatabase(old, options);
  NoteOtherWorkFolder(old);
  if (!HoldsSomething(old)) {
    throw Error(ErrorCode::kInvalidInput,
                old.folder.string() +
                    " is no work folder of Mist 1.1: it has none of data/contexts, "
                    "data/functions, data/artifacts, recovery.db.mv.db and configs. Name the "
                    "folder that was its MIST_HOME or mist.work-directory");
  }
  return old;
}

}  // namespace mist
