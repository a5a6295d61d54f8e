// mist-master: start, stop, upgrade, status, reload, check-config, import, check-store, backup,
// restore.
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "master/program/commands.h"

namespace {

// Folder of the installation: MIST_HOME, else where this program lies (<home>/bin/mist-master).
std::filesystem::path FindMistHome() {
  const char* given =
      std::getenv("MIST_HOME");  // NOLINT(concurrency-mt-unsafe): before any thread starts
  if (given != nullptr && *given != '\0') return given;
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
}

CLI::App* AddImport(CLI::App& app, mist::ImportOptions& import) {
  auto* command = app.add_subcommand(
      "import",
      "Take over contexts, functions, artifacts, job history and logs of a Mist 1.1 that does not "
      "run. No master may run here either. May be repeated: what is there already stays");
  mist::OldInstallationOptions& old = import.old;
  command->add_option("OLD_DIR", old.folder, "Its work folder, as a rule its MIST_HOME")
      ->required();
  command->add_option("--old-config", old.config_file,
                      "Its configuration file (default: OLD_DIR/configs/default.conf)");
  command->add_option("--router-config", old.router_file,
                      "Its functions of Mist 0.x (default: OLD_DIR/configs/router.conf)");
  command->add_option("--db-url", old.db_url,
                      "Its job history, jdbc:h2:file:... or jdbc:postgresql://... (default: as its "
                      "configuration says, else OLD_DIR/recovery.db.mv.db)");
  command->add_option("--db-user", old.db_user, "User of that database");
  command->add_option("--db-password-file", old.db_password_file,
                      "File whose first line is the password of that user");
  command->add_flag("--overwrite", import.overwrite,
                    "Replace contexts, functions, artifacts and logs that are here with other "
                    "contents; jobs are never replaced");
  command->add_flag("--dry-run", import.dry_run,
                    "Read and check everything, write nothing; does not look at what is here");
  return command;
}

std::string UsageOf(const CLI::App& app) {
  std::string commands;
  for (const CLI::App* command : app.get_subcommands({}))
    commands += (commands.empty() ? "" : "|") + command->get_name();
  return "Usage: mist-master {" + commands + "} [options]; --help tells more";
}

std::string ProblemOf(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining();
  if (!app.get_subcommands().empty() || unknown.empty()) return error.what();
  const bool is_option = unknown.front().starts_with('-');
  return (is_option ? "there is no option '" : "there is no command '") + unknown.front() + "'";
}

// The exit code of --help and --version, and of words that nobody understands: 1, as in Mist 1.1.
std::optional<int> Parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "mist-master: " << ProblemOf(app, error) << '\n' << UsageOf(app) << '\n';
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  mist::CommandOptions options;
  options.mist_home = FindMistHome();
  options.pid_file = options.mist_home / "mist.pid";

  CLI::App app(
      "Mist master: makes Spark programs callable over HTTP. Configuration: docs/configuration.md");
  app.set_version_flag("--version", "mist-master, version " MIST_VERSION);
  app.require_subcommand(1);
  bool debug = false;
  const auto add_config = [&](CLI::App* command) {
    command->add_option("--config", options.config_file,
                        "Configuration file, YAML or HOCON (default: conf/mist.yaml of the "
                        "installation, else configs/default.conf, when it exists)");
  };
  const auto add_router = [&](CLI::App* command) {
    command->add_option("--router-config", options.router_config,
                        "File with functions, as Mist 1.1 has it (default: configs/router.conf of "
                        "the installation, when it exists)");
  };
  const auto add_pid = [&](CLI::App* command) {
    command->add_option("--pid", options.pid_file, "File that holds the process id")
        ->capture_default_str();
  };
  auto* start =
      app.add_subcommand("start", "Start the master, in the background unless --debug true");
  add_config(start);
  add_router(start);
  add_pid(start);
  start->add_option("--debug", debug, "true: stay in the foreground and log to the terminal")
      ->capture_default_str();
  auto* stop = app.add_subcommand(
      "stop", "Stop the master: no new jobs, running ones may end until the deadline");
  add_pid(stop);
  auto* reload = app.add_subcommand(
      "reload", "Make the running master read the contexts of its configuration file again");
  add_config(reload);
  add_pid(reload);
  auto* upgrade = app.add_subcommand("upgrade",
                                     "Put this program in the place of the running master, which "
                                     "may be an older one: its process, "
                                     "connections, jobs and workers go on. Callers see a pause");
  add_pid(upgrade);
  auto* status = app.add_subcommand("status", "Tell whether the master runs");
  add_pid(status);
  auto* check =
      app.add_subcommand("check-config", "Check the configuration and print the effective values");
  add_config(check);
  add_router(check);
  mist::ImportOptions import;
  auto* import_old = AddImport(app, import);
  add_config(import_old);
  std::filesystem::path store_file;
  auto* check_store = app.add_subcommand(
      "check-store",
      "Look for damage in database, artifacts and job logs; a master may run. Prints a line for "
      "each problem and ends with 1 when there is one");
  check_store->add_option("FILE", store_file, "Only this database file, such as a backup");
  add_config(check_store);
  auto* backup = app.add_subcommand(
      "backup",
      "Copy the database, as it is at one moment; a master may run. Into a folder also the "
      "artifacts; job logs and configuration are not copied");
  backup
      ->add_option("TARGET", store_file,
                   "Folder that exists or whose name ends with a slash, to be used again and "
                   "again, or a new file")
      ->required();
  add_config(backup);
  auto* restore = app.add_subcommand(
      "restore",
      "Make a backup the database, when it is whole; no master may run. The old database is kept "
      "beside it under another name");
  restore
      ->add_option("BACKUP", store_file,
                   "A file that backup has made, or its folder, for the newest one there")
      ->required();
  add_config(restore);
  if (const auto exit_code = Parse(app, argc, argv)) return *exit_code;

  try {
    if (start->parsed()) return mist::Start(options, debug);
    if (stop->parsed()) return mist::StopMaster(options);
    if (reload->parsed()) return mist::ReloadMaster(options);
    if (upgrade->parsed()) return mist::UpgradeMaster(options);
    if (status->parsed()) return mist::ShowStatus(options);
    if (import_old->parsed()) return mist::ImportOldInstallation(options, import);
    if (check_store->parsed()) return mist::CheckStore(options, store_file);
    if (backup->parsed()) return mist::BackUpStore(options, store_file);
    if (restore->parsed()) return mist::RestoreStore(options, store_file);
    return mist::CheckConfig(options);
  } catch (const std::exception& error) {
    std::cerr << "mist-master: " << error.what() << '\n';
    return 1;
  }
}
