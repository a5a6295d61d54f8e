#include "master/import/line_process.h"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

namespace mist {
namespace {

constexpr std::size_t kReadBytes = 256 << 10;

std::vector<char*> PointersTo(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

pid_t Spawn(const std::vector<std::string>& command, const std::vector<std::string>& environment,
            const FileHandle& output, const FileHandle& errors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.Descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.Descriptor(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, command[0].c_str(), &actions, nullptr,
                                PointersTo(command).data(), PointersTo(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw SystemError(error, "start " + command[0]);
  return pid;
}

}  // namespace

LineProcess::LineProcess(const std::vector<std::string>& command,
                         const std::vector<std::string>& environment,
                         const std::filesystem::path& error_file) {
  const FileHandle errors = OpenFile(error_file, O_WRONLY | O_CREAT | O_TRUNC);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw SystemError(errno, "make a pipe");
  output_ = FileHandle(ends[0]);
  const FileHandle theirs(ends[1]);
  pid_ = Spawn(command, environment, theirs, errors);
}

LineProcess::~LineProcess() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  [[maybe_unused]] const bool ignored = AwaitSuccess();
}

std::optional<std::string> LineProcess::NextLine() {
  for (;;) {
    const std::size_t end = buffer_.find('\n', scanned_);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(start_, end - start_);
      start_ = scanned_ = end + 1;
      return line;
    }
    buffer_.erase(0, std::exchange(start_, 0));
    scanned_ = buffer_.size();
    buffer_.resize(scanned_ + kReadBytes);
    const ssize_t count = read(output_.Descriptor(), buffer_.data() + scanned_, kReadBytes);
    buffer_.resize(scanned_ + static_cast<std::size_t>(count > 0 ? count : 0));
    if (count < 0 && errno != EINTR) throw SystemError(errno, "read from a child process");
    if (count == 0) return std::nullopt;
  }
}

bool LineProcess::AwaitSuccess() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) throw SystemError(errno, "wait for a child process");
  }
  pid_ = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace mist
