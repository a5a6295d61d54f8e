#include "master/workers/worker_processes.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mist {
namespace {

// Empty: it has none, or is not ours to read.
std::string SecretOf(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/environ", std::ios::binary);
  const std::string environment{std::istreambuf_iterator<char>(file), {}};
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
