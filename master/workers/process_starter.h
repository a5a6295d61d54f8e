// Starting child processes, behind a seam so that tests can make it fail.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace mist {

struct ProcessSpec {
  std::vector<std::string> command;      // the first is the program's path
  std::vector<std::string> environment;  // NAME=value, all of it
  std::filesystem::path output_file;     // stdout and stderr are appended from the first byte
};

struct ProcessEnd {
  std::optional<int> exit_code;  // exactly one of the two
  std::optional<int> signal;
};

// "exit code 1", "signal 9 (Killed)".
std::string Describe(const ProcessEnd& end);

// A started child and everything it started in its process group. Any thread.
class Process {
 public:
  virtual ~Process() = default;
  virtual pid_t Id() const = 0;
  // SIGKILL to the whole group; nothing when it has ended. Never blocks. The end is told as any
  // other.
  virtual void Kill() = 0;
};

class ProcessStarter {
 public:
  // Called once, from a thread of the starter, when the process has ended; the rest of its group
  // was killed by then. Must not block for long. It may be called before Start() returns.
  using OnEnd = std::function<void(ProcessEnd)>;

  virtual ~ProcessStarter() = default;
  // Any thread. Throws Error (kIo, kInvalidConfig): the program cannot be run or the output file
  // not be opened. Dropping the returned object changes nothing for the process.
  [[nodiscard]] virtual std::shared_ptr<Process> Start(ProcessSpec spec, OnEnd on_end) = 0;
};

}  // namespace mist
