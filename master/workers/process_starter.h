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
  std::vector<std::string> command;      // the first is a path, or a name that PATH is searched for
  std::vector<std::string> environment;  // NAME=value, all of it
  std::filesystem::path output_file;     // stdout and stderr are appended from the first byte
  bool leaves_others = false;  // what it leaves in its process group when it ends may go on
};

struct ProcessEnd {
  std::optional<int> exit_code;  // at most one of the two; none: it was no child of this process
  std::optional<int> signal;
};

// "exit code 1", "signal 9 (Killed)", "an unknown exit code".
std::string Describe(const ProcessEnd& end);

// A started or adopted process and everything it started in its process group. Any thread.
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
  // was killed by then, unless it leaves others. Must not block for long. It may be called before
  // Start() returns.
  using OnEnd = std::function<void(ProcessEnd)>;

  virtual ~ProcessStarter() = default;
  // Any thread. Throws Error (kIo, kInvalidConfig): the program cannot be run or the output file
  // not be opened. Dropping the returned object changes nothing for the process.
  [[nodiscard]] virtual std::shared_ptr<Process> Start(ProcessSpec spec, OnEnd on_end) = 0;
  // Takes over the leader of a process group that this object has not started, if it still is what
  // `is_it` looks for. One that is a child of this process, of the program that it ran before, is
  // reaped at its end. Null: it has ended. Throws Error (kIo).
  [[nodiscard]] virtual std::shared_ptr<Process> Adopt(pid_t leader,
                                                       const std::function<bool()>& is_it,
                                                       OnEnd on_end) = 0;
};

}  // namespace mist
