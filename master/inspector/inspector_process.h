// A child process that speaks in lines: its standard input and output are two ends of one socket,
// its standard error goes to a file.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/clock.h"
#include "base/file.h"

namespace mist {

struct InspectorProcessOptions {
  std::vector<std::string>
      command;  // the program (a path, or a name to be found in PATH) and its arguments
  std::filesystem::path log_file;  // standard error is appended here
  std::size_t max_line_bytes = 4 << 20;
};

// Owns the process and everything it starts (they share a process group): destroying it kills them.
// Because the child reads from the socket, it also sees the end of its input when the master dies.
// Used by one thread.
class InspectorProcess {
 public:
  // Throws Error (kUnavailable, kIo) when it cannot be started.
  explicit InspectorProcess(InspectorProcessOptions options);
  ~InspectorProcess();
  InspectorProcess(const InspectorProcess&) = delete;
  InspectorProcess& operator=(const InspectorProcess&) = delete;

  // Queues a line with its end; Exchange() sends it.
  void Send(std::string_view line) { unsent_ += line; }

  // Sends what the process takes and returns the lines that arrived, without their ends. Waits
  // until there is a line, the deadline passes, or `wake` (an eventfd, which it resets) is
  // signalled; the result may be empty. Throws Error (kUnavailable) when the process has closed its
  // end, and when a line is too long.
  std::vector<std::string> Exchange(std::optional<MonoTime> deadline, const FileHandle& wake);

 private:
  void SendSome();
  void ReceiveSome(std::vector<std::string>& lines);
  void TakeLines(std::vector<std::string>& lines);

  const InspectorProcessOptions options_;
  FileHandle socket_;
  pid_t pid_ = -1;
  std::string unsent_;
  std::string received_;  // the beginning of a line
};

}  // namespace mist
