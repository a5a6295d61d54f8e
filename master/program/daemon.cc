#include "master/program/daemon.h"

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"

namespace mist {
namespace {

constexpr char kSuccess = '+';
constexpr char kFailure = '-';

FileHandle OpenPidfd(pid_t pid) {
  return FileHandle(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

void RedirectOutput(const std::filesystem::path& log_file) {
  const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (log < 0 || null < 0) throw SystemError(errno, "opening " + log_file.string());
  dup2(null, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  close(log);
  close(null);
}

std::optional<pid_t> ReadPid(const std::filesystem::path& pid_file) {
  std::ifstream text(pid_file);
  pid_t pid = 0;
  if (!(text >> pid) || pid <= 0) return std::nullopt;
  return pid;
}

}  // namespace

std::optional<pid_t> RunningPid(const std::filesystem::path& pid_file) {
  const FileHandle file(open(pid_file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.IsOpen()) return std::nullopt;
  const auto holder = [&] { return ReadPid(pid_file); };
  return LockFile(file, LOCK_SH, holder) ? std::nullopt : holder();
}

PidFile::PidFile(std::filesystem::path path, FileHandle held)
    : path_(std::move(path)),
      file_(held.IsOpen() ? std::move(held) : OpenFile(path_, O_RDWR | O_CREAT)) {
  if (!LockFile(file_, LOCK_EX, [this] { return ReadPid(path_); })) {
    throw Error(ErrorCode::kUnavailable, "the pid file " + path_.string() +
                                             " is locked by another master; name another file");
  }
  if (ftruncate(file_.Descriptor(), 0) != 0 || lseek(file_.Descriptor(), 0, SEEK_SET) != 0) {
    throw SystemError(errno, "writing the pid file " + path_.string());
  }
  WriteAll(file_, std::to_string(getpid()) + '\n', path_);
}

PidFile::~PidFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

BackgroundStart::BackgroundStart(const std::filesystem::path& log_file) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw SystemError(errno, "making a pipe");
  FileHandle reader(ends[0]);
  FileHandle writer(ends[1]);
  const pid_t child = fork();
  if (child < 0) throw SystemError(errno, "starting a background process");
  if (child > 0) {
    pipe_ = std::move(reader);
    return;
  }
  side_ = Side::kChild;
  pipe_ = std::move(writer);
  setsid();
  RedirectOutput(log_file);
}

void BackgroundStart::Tell(const std::string& failure) {
  const std::string message = failure.empty() ? std::string(1, kSuccess) : kFailure + failure;
  // A parent that is gone does not matter: the text is in the log as well.
  [[maybe_unused]] const ssize_t written =
      write(pipe_.Descriptor(), message.data(), message.size());
  pipe_ = FileHandle();
}

std::optional<std::string> BackgroundStart::AwaitChild() {
  std::string message;
  char buffer[4096];
  while (true) {
    const ssize_t n = read(pipe_.Descriptor(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    message.append(buffer, static_cast<std::size_t>(n));
  }
  if (message.empty()) return "the background process ended before it was up";
  if (message.front() == kSuccess) return std::nullopt;
  return message.substr(1);
}

StopOutcome StopProcess(pid_t pid, std::chrono::seconds limit) {
  const FileHandle process = OpenPidfd(pid);
  if (process.Descriptor() < 0) {
    if (errno == ESRCH) return StopOutcome::kStopped;
    throw SystemError(errno, "watching process " + std::to_string(pid));
  }
  if (kill(pid, SIGTERM) != 0 && errno != ESRCH)
    throw SystemError(errno, "stopping process " + std::to_string(pid));
  pollfd waited{process.Descriptor(), POLLIN, 0};
  const auto limit_ms = std::chrono::duration_cast<std::chrono::milliseconds>(limit);
  const int ended = poll(&waited, 1, static_cast<int>(limit_ms.count()));
  return ended > 0 ? StopOutcome::kStopped : StopOutcome::kTimedOut;
}

}  // namespace mist
