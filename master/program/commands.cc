#include "master/program/commands.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>

#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "master/config/load_config.h"
#include "master/program/daemon.h"
#include "master/program/serve.h"
#include "master/program/upgrade.h"

namespace mist {
namespace {

constexpr std::chrono::seconds kStopReserve{
    30};  // beyond the shutdown deadline, before `stop` gives up waiting

std::string UrlOf(const LoadedConfig& loaded, std::uint16_t port) {
  return "http://" + loaded.config.http.public_host + ":" + std::to_string(port);
}

int RefuseSecondStart(pid_t pid) {
  std::cerr << "Mist already is running on pid: " << pid << '\n';
  return 1;
}

int StartInForeground(const CommandOptions& options) {
  HandOver nothing;
  return Serve(options, LoadConfigFor(options), nothing, [] {});
}

int StartInBackground(const CommandOptions& options) {
  const LoadedConfig loaded = LoadConfigFor(options);
  const std::filesystem::path log_file =
      std::filesystem::path(loaded.config.log_folder) / "mist.log";
  std::filesystem::create_directories(log_file.parent_path());

  BackgroundStart start(log_file);
  if (start.WhichSide() == BackgroundStart::Side::kParent) {
    if (const auto failure = start.AwaitChild()) {
      std::cerr << "mist-master: " << *failure << "\nThe log is " << log_file.string() << '\n';
      return 1;
    }
    std::cout << "Mist runs at " << UrlOf(loaded, loaded.config.http.port) << "; its log is "
              << log_file.string() << '\n';
    return 0;
  }
  bool told = false;
  try {
    HandOver nothing;
    return Serve(options, loaded, nothing, [&] {
      start.Tell("");
      told = true;
    });
  } catch (const std::exception& error) {
    log::Error("master_failed", {{"reason", error.what()}});
    if (!told) start.Tell(error.what());
    return 1;
  }
}

}  // namespace

LoadedConfig LoadConfigFor(const CommandOptions& options) {
  ConfigSources sources;
  sources.environment = ProcessEnvironment();
  sources.environment.try_emplace("MIST_HOME", options.mist_home.string());
  sources.file = options.config_file.string();
  if (options.config_file.empty()) {
    const std::filesystem::path own = options.mist_home / "conf" / "mist.yaml";
    const std::filesystem::path original = options.mist_home / "configs" / "default.conf";
    const bool is_original = !std::filesystem::exists(own) && std::filesystem::exists(original);
    sources.file = (is_original ? original : own).string();
    sources.file_may_be_missing = true;
  }
  return LoadConfig(sources);
}

int Start(const CommandOptions& options, bool in_foreground) {
  if (std::optional<HandOver> handed = TakeHandOver()) return GoOn(options, std::move(*handed));
  if (const auto pid = RunningPid(options.pid_file)) return RefuseSecondStart(*pid);
  return in_foreground ? StartInForeground(options) : StartInBackground(options);
}

int StopMaster(const CommandOptions& options) {
  const auto pid = RunningPid(options.pid_file);
  if (!pid) {
    std::cerr << "Mist is not runned\n";
    return 1;
  }
  const auto limit =
      std::chrono::ceil<std::chrono::seconds>(LoadConfigFor(options).config.shutdown_deadline) +
      kStopReserve;
  std::cout << "Stopping Mist on pid " << *pid << ": running jobs may take up to "
            << Describe(LoadConfigFor(options).config.shutdown_deadline) << '\n';
  if (StopProcess(*pid, limit) == StopOutcome::kTimedOut) {
    std::cerr << "Mist on pid " << *pid << " has not stopped within " << limit.count()
              << " s; its log tells what it waits for. kill -9 " << *pid
              << " ends it at once and loses no accepted job.\n";
    return 1;
  }
  std::cout << "Mist has stopped\n";
  return 0;
}

int ReloadMaster(const CommandOptions& options) {
  const auto pid = RunningPid(options.pid_file);
  if (!pid) {
    std::cerr << "Mist is not runned\n";
    return 1;
  }
  (void)LoadConfigFor(options);  // a mistake in the file is told here, before the master meets it
  if (kill(*pid, SIGHUP) != 0)
    throw SystemError(errno, "telling Mist on pid " + std::to_string(*pid));
  std::cout << "Mist on pid " << *pid << " reads its contexts again; its log tells of problems\n";
  return 0;
}

int UpgradeMaster(const CommandOptions& options) {
  const auto pid = RunningPid(options.pid_file);
  if (!pid) {
    std::cerr << "Mist is not runned\n";
    return 1;
  }
  UpgradeCall call(options.pid_file, {std::filesystem::read_symlink("/proc/self/exe"),
                                      std::filesystem::absolute(options.mist_home)});
  std::cout << "Mist on pid " << *pid << " becomes version " MIST_VERSION << std::endl;
  const auto show = [](const std::string& line) { std::cout << line << std::endl; };
  if (const auto failure = call.Run(*pid, show)) {
    std::cerr << "mist-master: the upgrade has failed: " << *failure << '\n';
    return 1;
  }
  std::cout << "Mist is up\n";
  return 0;
}

int ShowStatus(const CommandOptions& options) {
  const auto pid = RunningPid(options.pid_file);
  if (!pid) {
    std::cout << "Mist is not running (no live process in " << options.pid_file.string() << ")\n";
    return 1;
  }
  const LoadedConfig loaded = LoadConfigFor(options);
  std::cout << "Mist runs on pid " << *pid << " at " << UrlOf(loaded, loaded.config.http.port)
            << '\n';
  return 0;
}

int CheckConfig(const CommandOptions& options) {
  std::cout << DescribeConfig(LoadConfigFor(options));
  return 0;
}

}  // namespace mist
