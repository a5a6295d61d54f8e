#include "base/file.h"

#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"

namespace mist {
namespace {

constexpr int kNewFileMode = 0640;

}  // namespace

FileHandle::~FileHandle() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FileHandle OpenFile(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, kNewFileMode);
  if (descriptor < 0) throw SystemError(errno, "open " + path.string());
  return FileHandle(descriptor);
}

FileHandle Duplicate(const FileHandle& file) {
  FileHandle copy(fcntl(file.Descriptor(), F_DUPFD_CLOEXEC, 0));
  if (!copy.IsOpen()) throw SystemError(errno, "duplicate a file descriptor");
  return copy;
}

bool LockFile(const FileHandle& file, int operation,
              const std::function<std::optional<pid_t>()>& holder) {
  // Nothing tells when the child has gone on; as a rule that is within a millisecond.
  constexpr std::chrono::milliseconds kPause(1);
  constexpr std::chrono::seconds kLimit(5);
  const auto is_gone = [&] {
    const std::optional<pid_t> process = holder();
    return process && kill(*process, 0) != 0 && errno == ESRCH;
  };
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  while (flock(file.Descriptor(), operation | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) throw SystemError(errno, "lock a file");
    if (!is_gone() || std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

void WriteAll(const FileHandle& file, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.Descriptor(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw SystemError(errno, "write " + path.string());
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void SyncFile(const FileHandle& file, const std::filesystem::path& path) {
  if (::fsync(file.Descriptor()) != 0) throw SystemError(errno, "sync " + path.string());
}

void SyncFolder(const std::filesystem::path& folder) {
  SyncFile(OpenFile(folder, O_RDONLY | O_DIRECTORY), folder);
}

}  // namespace mist
