#include "master/inspector/inspector_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

namespace mist {
namespace {

constexpr std::size_t kReadBytes = 64 << 10;

// The lists that posix_spawn takes, freed at the end of a scope.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  void Connect(int target, const FileHandle& source) {
    posix_spawn_file_actions_adddup2(&actions_, source.Descriptor(), target);
  }
  void CloseFrom(int first) { posix_spawn_file_actions_addclosefrom_np(&actions_, first); }

  // A process group of its own (a Ctrl-C at the master's terminal is not for the child) and the
  // usual signals.
  void Detach() {
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }

  pid_t Spawn(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t pid = -1;
    const int error =
        posix_spawnp(&pid, arguments[0], &actions_, &attributes_, arguments.data(), environ);
    if (error != 0) throw SystemError(error, "Cannot start the inspector (" + command[0] + ")");
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::pair<FileHandle, FileHandle> SocketPair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw SystemError(errno, "Cannot make a socket for the inspector");
  }
  return {FileHandle(ends[0]), FileHandle(ends[1])};
}

int PollTimeout(std::optional<MonoTime> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<Millis>(*deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

}  // namespace

InspectorProcess::InspectorProcess(InspectorProcessOptions options) : options_(std::move(options)) {
  const FileHandle log = OpenFile(options_.log_file, O_WRONLY | O_CREAT | O_APPEND);
  auto [ours, theirs] = SocketPair();
  SpawnPlan plan;
  plan.Connect(STDIN_FILENO, theirs);
  plan.Connect(STDOUT_FILENO, theirs);
  plan.Connect(STDERR_FILENO, log);
  plan.CloseFrom(STDERR_FILENO + 1);
  plan.Detach();
  pid_ = plan.Spawn(options_.command);
  socket_ = std::move(ours);
}

InspectorProcess::~InspectorProcess() {
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::vector<std::string> InspectorProcess::Exchange(std::optional<MonoTime> deadline,
                                                    const FileHandle& wake) {
  const short socket_events = unsent_.empty() ? POLLIN : POLLIN | POLLOUT;
  std::array<pollfd, 2> watched{pollfd{socket_.Descriptor(), socket_events, 0},
                                pollfd{wake.Descriptor(), POLLIN, 0}};
  if (poll(watched.data(), watched.size(), PollTimeout(deadline)) < 0 && errno != EINTR) {
    throw SystemError(errno, "Cannot wait for the inspector");
  }
  if ((watched[1].revents & POLLIN) != 0) {
    eventfd_t count = 0;
    eventfd_read(wake.Descriptor(), &count);
  }
  std::vector<std::string> lines;
  // Hang-up and error are seen by reading, after what the process wrote before it ended.
  if ((watched[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) ReceiveSome(lines);
  if ((watched[0].revents & POLLOUT) != 0) SendSome();
  return lines;
}

void InspectorProcess::SendSome() {
  const ssize_t sent =
      send(socket_.Descriptor(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  // A broken connection is reported by the next read.
  if (sent > 0) unsent_.erase(0, static_cast<std::size_t>(sent));
}

void InspectorProcess::ReceiveSome(std::vector<std::string>& lines) {
  std::array<char, kReadBytes> buffer;
  const ssize_t count = recv(socket_.Descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) throw Error(ErrorCode::kUnavailable, "The inspector ended; see its log");
  received_.append(buffer.data(), static_cast<std::size_t>(count));
  TakeLines(lines);
}

void InspectorProcess::TakeLines(std::vector<std::string>& lines) {
  std::size_t start = 0;
  for (std::size_t end = 0; (end = received_.find('\n', start)) != std::string::npos;
       start = end + 1) {
    lines.push_back(received_.substr(start, end - start));
  }
  received_.erase(0, start);
  if (received_.size() > options_.max_line_bytes) {
    throw Error(ErrorCode::kUnavailable, "The inspector wrote a line of more than " +
                                             std::to_string(options_.max_line_bytes) + " bytes");
  }
}

}  // namespace mist
