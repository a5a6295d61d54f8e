#include "master/workers/worker_processes.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <thread>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

namespace mist {
namespace {

constexpr Millis kExecPatience{1'000};  // for what takes less than one, unless the disk is slow

std::string ContentsOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// It has replaced its program a moment ago, and the kernel shows no environment yet. Unlike one
// that has none it shows no end of it either (see proc(5), env_end), unlike one that has ended it
// has a program.
bool IsInExec(const std::string& folder) {
  std::error_code error;
  (void)std::filesystem::read_symlink(folder + "/exe", error);
  if (error) return false;
  const std::string stat = ContentsOf(folder + "/stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  constexpr int kFirst = 3;  // what follows the name, counted as proc(5) does
  constexpr int kEnvironmentEnd = 51;
  std::string field;
  for (int i = kFirst; i <= kEnvironmentEnd; ++i) fields >> field;
  return fields && field == "0";
}

std::string EnvironmentOf(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  const MonoTime deadline = SystemClock().Mono() + kExecPatience;
  for (;;) {
    std::string environment = ContentsOf(folder + "/environ");
    if (!environment.empty() || !IsInExec(folder) || SystemClock().Mono() > deadline)
      return environment;
    std::this_thread::yield();
  }
}

// Empty: it has none, or is not ours to read.
std::string SecretOf(pid_t process) {
  const std::string environment = EnvironmentOf(process);
  const std::string name = std::string(1, '\0') + kSecretVariable + "=";
  const std::string with_start = std::string(1, '\0') + environment;
  const std::size_t found = with_start.find(name);
  if (found == std::string::npos) return {};
  const std::size_t begin = found + name.size();
  return with_start.substr(begin, with_start.find('\0', begin) - begin);
}

}  // namespace

std::map<std::string, WorkerProcesses> FindWorkerProcesses() {
  std::map<std::string, WorkerProcesses> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    pid_t process = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), process);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    const std::string secret = SecretOf(process);
    const pid_t group = secret.empty() ? -1 : getpgid(process);
    if (group <= 0) continue;
    WorkerProcesses& worker = found[secret];
    worker.group = group;
    worker.leader_lives = worker.leader_lives || group == process;
  }
  return found;
}

// A child keeps its number until it is reaped, so nobody else can be met.
void EndWhatIsLeft(const WorkerProcesses& processes) {
  kill(-processes.group, SIGKILL);
  siginfo_t ignored{};
  waitid(P_PID, static_cast<id_t>(processes.group), &ignored, WEXITED | WNOHANG);
}

bool HasSecret(pid_t process, const std::string& secret) {
  return SecretOf(process) == secret;
}

}  // namespace mist
