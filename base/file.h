// The few file operations that must not be got wrong: closing, writing all of it, and making it
// last.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include <sys/types.h>

namespace mist {

// Owns one file descriptor; closes it when it dies.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileHandle();

  bool IsOpen() const { return descriptor_ >= 0; }
  int Descriptor() const { return descriptor_; }
  // The caller closes it from now on.
  [[nodiscard]] int Release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_ = -1;
};

// open(2) with O_CLOEXEC; new files get mode 0640. Throws what SystemError() makes of errno.
[[nodiscard]] FileHandle OpenFile(const std::filesystem::path& path, int flags);

// Another descriptor of the same open file, with FD_CLOEXEC. Throws Error.
[[nodiscard]] FileHandle Duplicate(const FileHandle& file);

// flock(2) with LOCK_SH or LOCK_EX, kept as long as the file is open. False: somebody has it. A
// child that a killed holder has left between fork and exec has the lock for a moment longer than
// the holder: it is waited for while `holder` names a process of this host that is gone. Throws
// Error.
[[nodiscard]] bool LockFile(const FileHandle& file, int operation,
                            const std::function<std::optional<pid_t>()>& holder);

// Writes every byte or throws; how much was written is then unknown.
void WriteAll(const FileHandle& file, std::string_view bytes, const std::filesystem::path& path);

// fsync(2): the contents survive a power cut. For a new or renamed file to survive, its folder must
// be synced too.
void SyncFile(const FileHandle& file, const std::filesystem::path& path);
void SyncFolder(const std::filesystem::path& folder);

}  // namespace mist
