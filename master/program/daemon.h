// Running in the background: the pid file, the detached process, and how another process stops it.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

#include "base/file.h"

namespace mist {

// The master that the pid file names, if it runs. A file that a dead master left counts as none,
// also when its number belongs to another program by now: a running master keeps the file locked.
std::optional<pid_t> RunningPid(const std::filesystem::path& pid_file);

// Written when the master is up and locked as long as it runs; removed by the destructor.
class PidFile {
 public:
  // `held` is the file of the master that this process was before. Throws Error.
  explicit PidFile(std::filesystem::path path, FileHandle held = {});
  ~PidFile();
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;

  // The lock as a file of its own, which holds it on. Throws Error.
  FileHandle Share() const { return Duplicate(file_); }

 private:
  const std::filesystem::path path_;
  FileHandle file_;
};

// The two ends of a start in the background. The parent waits until the child has told how its
// start went, so that a start which fails is seen by who asked for it.
class BackgroundStart {
 public:
  enum class Side { kParent, kChild };

  // Forks; must be called before any thread exists. The child is detached from the terminal and
  // writes its output to log_file. Throws Error.
  explicit BackgroundStart(const std::filesystem::path& log_file);

  Side WhichSide() const { return side_; }

  // Child: the start succeeded (empty text) or failed. Once.
  void Tell(const std::string& failure);

  // Parent: waits for Tell(). The failure's text, which also tells of a child that died; nullopt
  // after a success.
  std::optional<std::string> AwaitChild();

 private:
  Side side_ = Side::kParent;
  FileHandle pipe_;  // the parent reads, the child writes
};

enum class [[nodiscard]] StopOutcome{kStopped, kTimedOut};

// Sends SIGTERM and waits for the end.
StopOutcome StopProcess(pid_t pid, std::chrono::seconds limit);

}  // namespace mist
