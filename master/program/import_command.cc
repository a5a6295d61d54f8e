#include <iostream>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "master/import/data_folder_target.h"
#include "master/import/h2_history.h"
#include "master/import/importer.h"
#include "master/import/postgres_history.h"
#include "master/program/commands.h"
#include "master/program/options.h"

namespace mist {
namespace {

std::unique_ptr<ImportTarget> TargetFor(const MasterConfig& config, const ImportOptions& import) {
  if (import.dry_run) return MakeDryRunTarget();
  return std::make_unique<DataFolderTarget>(DataFolderOptions{
      .data_folder = config.data_directory,
      .database_file = config.database_file,
      .log_folder = config.log_folder,
      .artifacts = {.folder = config.artifact_folder, .max_artifact_bytes = config.http.max_upload},
      .overwrite = import.overwrite ? Overwrite::kYes : Overwrite::kNo,
  });
}

Java FindJava(const std::filesystem::path& mist_home) {
  try {
    return DetectJava(InstallFromEnvironment(mist_home));
  } catch (const Error& error) {
    throw Error(error.Code(),
                std::string("the job history is in an H2 database, which only Java can read. ") +
                    error.what());
  }
}

std::unique_ptr<JobHistory> OpenOldHistory(const OldInstallation& old,
                                           const std::filesystem::path& mist_home) {
  if (IsPostgresUrl(old.database.url)) return OpenPostgresHistory(old.database);
  const std::filesystem::path file = FindH2File(old.database.url, old.folder);
  if (file.empty() && old.database_is_named) {
    throw Error(ErrorCode::kInvalidConfig, "there is no database file at " + old.database.url);
  }
  if (file.empty()) return nullptr;
  return OpenH2History(
      file, old.database,
      {.java = FindJava(mist_home).program, .jar = mist_home / "lib" / "mist-h2-history.jar"});
}

}  // namespace

int ImportOldInstallation(const CommandOptions& options, const ImportOptions& import) {
  log::SetUp(log::Level::kWarn, "");
  const LoadedConfig loaded = LoadConfigFor(options);
  const OldInstallation old = FindOldInstallation(import.old);
  const std::unique_ptr<ImportTarget> target = TargetFor(loaded.config, import);

  ImportReport report(std::cout, SystemClock());
  report.Say("from " + old.folder.string() + " into " + loaded.config.data_directory +
             (import.dry_run ? " (dry run: nothing is written)" : ""));
  Importer(old, *target, report, SystemClock()).Run([&] {
    return OpenOldHistory(old, options.mist_home);
  });
  return report.Finish() ? 0 : 1;
}

}  // namespace mist
