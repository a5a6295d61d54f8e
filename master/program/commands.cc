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
#include "contexts/router_file.h"
#include "master/config/load_config.h"
#include "master/program/daemon.h"
#include "master/program/master.h"

namespace mist {
namespace {

constexpr std::chrono::seconds kStopReserve{
    30};  // beyond the shutdown deadline, before `stop` gives up waiting

// Read by the signal-handling thread only, set by any: the process must end with a failure.
std::atomic<bool> store_is_lost = false;

std::vector<FunctionConfig> DeclaredFunctions(const CommandOptions& options) {
  const std::filesystem::path usual = options.mist_home / "configs" / "router.conf";
  if (!options.router_config.empty()) return ReadRouterFile(options.router_config.string());
  if (!std::filesystem::exists(usual)) return {};
  return ReadRouterFile(usual.string());
}

// What a reload cannot change.
void WarnOfOtherChanges(const LoadedConfig& before, const LoadedConfig& now) {
  for (std::size_t i = 0; i < std::min(before.values.size(), now.values.size()); ++i) {
    const EffectiveValue& value = now.values[i];
    if (value.key.starts_with("context")) return;  // they come last
    if (value.value == before.values[i].value) continue;
    log::Warn("config", {{"warning", value.origin + ": the new " + value.key +
                                         " counts from the next start of the master"}});
  }
}

// A file that cannot be used changes nothing.
void Reload(const CommandOptions& options, LoadedConfig& loaded, Master& master) {
  try {
    LoadedConfig now = LoadConfigFor(options);
    for (const std::string& warning : now.warnings) log::Warn("config", {{"warning", warning}});
    WarnOfOtherChanges(loaded, now);
    master.ReloadContexts(now.config);
    loaded = std::move(now);
    log::Info("contexts_reloaded", {{"declared", std::to_string(loaded.config.contexts.size())}});
  } catch (const std::exception& error) {
    log::Error("reload_failed", {{"reason", error.what()}});
  }
}

// Reloads at each SIGHUP until SIGTERM or SIGINT, all of which every thread has blocked.
void ServeSignals(const sigset_t& signals, const std::function<void()>& reload) {
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) return;
    reload();
  }
}

// `up` is told when the doors are open. Throws Error when the start fails.
int Run(const CommandOptions& options, LoadedConfig loaded,
        const std::function<void(const Master&)>& up) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  log::SetUp(loaded.config.log_level, "");
  for (const std::string& warning : loaded.warnings) log::Warn("config", {{"warning", warning}});

  Master master(loaded.config, DeclaredFunctions(options), options.mist_home, [] {
    store_is_lost = true;
    kill(getpid(), SIGTERM);
  });
  master.Start();
  const PidFile pid_file(options.pid_file);
  up(master);
  ServeSignals(signals, [&] { Reload(options, loaded, master); });
  master.Stop();
  return store_is_lost ? 1 : 0;
}

std::string UrlOf(const LoadedConfig& loaded, std::uint16_t port) {
  return "http://" + loaded.config.http.public_host + ":" + std::to_string(port);
}

int RefuseSecondStart(pid_t pid) {
  std::cerr << "Mist already is running on pid: " << pid << '\n';
  return 1;
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

int StartInForeground(const CommandOptions& options) {
  if (const auto pid = RunningPid(options.pid_file)) return RefuseSecondStart(*pid);
  const LoadedConfig loaded = LoadConfigFor(options);
  return Run(options, loaded, [](const Master&) {});
}

int StartInBackground(const CommandOptions& options) {
  if (const auto pid = RunningPid(options.pid_file)) return RefuseSecondStart(*pid);
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
    return Run(options, loaded, [&](const Master&) {
      start.Tell("");
      told = true;
    });
  } catch (const std::exception& error) {
    log::Error("master_failed", {{"reason", error.what()}});
    if (!told) start.Tell(error.what());
    return 1;
  }
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
