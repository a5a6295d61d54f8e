#include "master/program/serve.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "contexts/router_file.h"
#include "master/program/daemon.h"
#include "master/program/master.h"
#include "master/program/upgrade.h"
#include "master/workers/spawn_process_starter.h"

namespace mist {
namespace {

constexpr std::chrono::seconds kCheckLimit{30};  // of the next program's look at its configuration

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

// The options that this master was started with, for a program that looks for files as it does.
std::vector<std::string> ConfigArguments(const CommandOptions& options) {
  std::vector<std::string> arguments;
  if (!options.config_file.empty())
    arguments.insert(arguments.end(), {"--config", options.config_file.string()});
  if (!options.router_config.empty())
    arguments.insert(arguments.end(), {"--router-config", options.router_config.string()});
  return arguments;
}

std::string Contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> EnvironmentWith(const std::filesystem::path& mist_home) {
  std::vector<std::string> environment = {"MIST_HOME=" + mist_home.string()};
  for (const auto& [name, value] : ProcessEnvironment()) {
    if (name != "MIST_HOME") environment.push_back(name + "=" + value);
  }
  return environment;
}

// Lets the next program read the configuration, while this one still serves. What is wrong, or
// empty.
std::string CheckNext(const UpgradeRequest& next, const CommandOptions& options) {
  std::filesystem::path output = options.pid_file;
  output += ".check";
  std::filesystem::remove(output);
  std::vector<std::string> command = {next.program.string(), "check-config"};
  std::ranges::copy(ConfigArguments(options), std::back_inserter(command));
  std::string problem;
  try {
    std::promise<ProcessEnd> ended;
    SpawnProcessStarter processes;
    const std::shared_ptr<Process> check = processes.Start(
        {.command = command, .environment = EnvironmentWith(next.mist_home), .output_file = output},
        [&](const ProcessEnd& end) { ended.set_value(end); });
    std::future<ProcessEnd> end = ended.get_future();
    const bool in_time = end.wait_for(kCheckLimit) == std::future_status::ready;
    if (!in_time) check->Kill();
    const ProcessEnd how = end.get();
    if (!in_time || how.exit_code != 0)
      problem = "'" + next.program.string() + " check-config' ended with " + Describe(how) + ": " +
                Contents(output);
  } catch (const std::exception& error) {
    problem = error.what();
  }
  std::error_code ignored;
  std::filesystem::remove(output, ignored);
  return problem;
}

std::vector<std::string> StartArguments(const CommandOptions& options) {
  std::vector<std::string> arguments = {"start", "--pid", options.pid_file.string()};
  std::ranges::copy(ConfigArguments(options), std::back_inserter(arguments));
  return arguments;
}

// The previous program gets back what was handed to its successor. Returns only when that fails
// too.
void GiveBack(const CommandOptions& options, HandOver& handed, const std::string& failure) {
  handed.failure = failure;
  NextProgram previous = {.file = handed.previous_home / "bin" / "mist-master",
                          .opened = std::move(handed.previous),
                          .arguments = StartArguments(options),
                          .mist_home = handed.previous_home};
  const std::string problem = Exec(previous, handed);
  log::Error("upgrade_failed", {{"reason", failure}, {"going_back", problem}});
  UpgradeAnswer(std::move(handed.answer))
      .Failed(failure + "; and the earlier program could not go on: " + problem);
}

// Returns when nothing has changed. When the next program cannot be run, the process ends: what it
// served is closed.
void Upgrade(const CommandOptions& options, Master& master, const PidFile& pid_file) {
  std::optional<AskedUpgrade> asked = ReadUpgradeRequest(options.pid_file);
  if (!asked) return;
  const UpgradeRequest& next = asked->request;
  log::Info("upgrade_asked", {{"program", next.program.string()}});
  if (const std::string problem = CheckNext(next, options); !problem.empty()) {
    log::Error("upgrade_refused", {{"reason", problem}});
    return asked->answer.Failed("nothing has changed, since " + problem);
  }
  HandOver handed;
  try {
    handed.data_lock = master.ShareDataLock();
    handed.pid_file = pid_file.Share();
    handed.previous = OpenFile("/proc/self/exe", O_RDONLY);
    handed.previous_home = options.mist_home;
  } catch (const std::exception& error) {
    log::Error("upgrade_refused", {{"reason", error.what()}});
    return asked->answer.Failed(std::string("nothing has changed: ") + error.what());
  }
  asked->answer.Progress("running requests end, new ones wait");
  handed.door = master.HandOver();
  asked->answer.Progress(std::to_string(handed.door.connections.size()) +
                         " open connections go over to " + next.program.string());
  handed.answer = asked->answer.Release();
  const std::string problem = Exec({.file = next.program,
                                    .opened = {},
                                    .arguments = StartArguments(options),
                                    .mist_home = next.mist_home},
                                   handed);
  GiveBack(options, handed, problem);
  _exit(1);
}

sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, kUpgradeSignal}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

}  // namespace

int Serve(const CommandOptions& options, LoadedConfig loaded, HandOver& handed,
          const std::function<void()>& up) {
  const sigset_t signals = BlockSignals();
  log::SetUp(loaded.config.log_level, "");
  for (const std::string& warning : loaded.warnings) log::Warn("config", {{"warning", warning}});
  Master master(
      loaded.config, DeclaredFunctions(options), options.mist_home,
      [] {
        store_is_lost = true;
        kill(getpid(), SIGTERM);
      },
      handed.data_lock.IsOpen() ? Duplicate(handed.data_lock) : FileHandle());
  handed.previous = FileHandle();  // from here on there is something to recover, and no way back
  handed.data_lock = FileHandle();
  master.Start(std::move(handed.door));
  const PidFile pid_file(options.pid_file, std::move(handed.pid_file));
  up();
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal == SIGHUP) {
      Reload(options, loaded, master);
    } else if (signal == kUpgradeSignal) {
      Upgrade(options, master, pid_file);
    } else {
      break;
    }
  }
  master.Stop();
  return store_is_lost ? 1 : 0;
}

int GoOn(const CommandOptions& options, HandOver handed) {
  // Children of the earlier program that have ended meanwhile: nobody else waits for them.
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  try {
    return Serve(options, LoadConfigFor(options), handed, [&] {
      UpgradeAnswer answer(std::move(handed.answer));
      if (handed.failure.empty()) return answer.Done();
      log::Error("upgrade_failed", {{"reason", handed.failure}});
      answer.Failed("the earlier program goes on, since the new one could not start: " +
                    handed.failure);
    });
  } catch (const std::exception& error) {
    log::Error("master_failed", {{"reason", error.what()}});
    if (handed.previous.IsOpen()) {
      GiveBack(options, handed, error.what());
    } else {
      UpgradeAnswer(std::move(handed.answer)).Failed(error.what());
    }
    return 1;
  }
}

}  // namespace mist
