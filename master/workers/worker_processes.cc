#include "master/workers/worker_processes.h"

#include <charconv>
#include <cstdint>
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
constexpr Millis kEmptyFor{10};

std::string ContentsOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

enum class Seen { kNone, kEmpty, kSome };

// What proc(5) tells of it. In the middle of execve its end is not known yet, or is where it
// begins, as that of an empty one. A process that has ended has no program any more.
Seen Look(const std::string& folder) {
  std::error_code error;
  (void)std::filesystem::read_symlink(folder + "/exe", error);
  const std::string stat = ContentsOf(folder + "/stat");
  if (error || stat.empty()) return Seen::kNone;
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  constexpr int kFirst = 3;  // what follows the name
  constexpr int kBegin = 50;
  std::string skipped;
  for (int i = kFirst; i < kBegin; ++i) fields >> skipped;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  fields >> begin >> end;
  return end != 0 && end == begin ? Seen::kEmpty : Seen::kSome;
}

// Where there seems to be none, the process may be in the middle of execve: looks until there is
// some, or until it is empty for longer than execve takes.
std::string EnvironmentOf(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  const MonoTime deadline = SystemClock().Mono() + kExecPatience;
  MonoTime give_up = deadline;
  for (;;) {
    std::string environment = ContentsOf(folder + "/environ");
    if (!environment.empty()) return environment;
    const Seen seen = Look(folder);
    const MonoTime now = SystemClock().Mono();
    if (seen == Seen::kNone || now > give_up) return "";
    if (seen == Seen::kSome) give_up = deadline;
    if (seen == Seen::kEmpty && give_up == deadline) give_up = now + kEmptyFor;
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
