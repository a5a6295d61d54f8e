// mist-master: start, stop, status, check-config.
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>

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
                        "installation, when it exists)");
    command->add_option("--router-config", options.router_config,
                        "Accepted for Mist 1.1; not read");
  };
  const auto add_pid = [&](CLI::App* command) {
    command->add_option("--pid", options.pid_file, "File that holds the process id")
        ->capture_default_str();
  };
  auto* start =
      app.add_subcommand("start", "Start the master, in the background unless --debug true");
  add_config(start);
  add_pid(start);
  start->add_option("--debug", debug, "true: stay in the foreground and log to the terminal")
      ->capture_default_str();
  auto* stop = app.add_subcommand(
      "stop", "Stop the master: no new jobs, running ones may end until the deadline");
  add_pid(stop);
  auto* status = app.add_subcommand("status", "Tell whether the master runs");
  add_pid(status);
  auto* check =
      app.add_subcommand("check-config", "Check the configuration and print the effective values");
  add_config(check);
  CLI11_PARSE(app, argc, argv);

  try {
    if (start->parsed())
      return debug ? mist::StartInForeground(options) : mist::StartInBackground(options);
    if (stop->parsed()) return mist::StopMaster(options);
    if (status->parsed()) return mist::ShowStatus(options);
    return mist::CheckConfig(options);
  } catch (const std::exception& error) {
    std::cerr << "mist-master: " << error.what() << '\n';
    return 1;
  }
}
