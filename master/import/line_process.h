// A child process that writes lines and reads nothing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/file.h"

namespace mist {

// Owns the process: destroying it kills it. Used by one thread.
class LineProcess {
 public:
  // command: the program's path and its arguments; environment: NAME=value, all of it. Standard
  // error goes to error_file. Throws Error.
  LineProcess(const std::vector<std::string>& command, const std::vector<std::string>& environment,
              const std::filesystem::path& error_file);
  ~LineProcess();
  LineProcess(const LineProcess&) = delete;
  LineProcess& operator=(const LineProcess&) = delete;

  // Without its end; nullopt after the last one. A rest without an end is no line. Throws Error.
  std::optional<std::string> NextLine();

  // Waits for the end. True when the exit code is 0.
  [[nodiscard]] bool AwaitSuccess();

 private:
  pid_t pid_ = -1;  // -1 when it has been waited for
  FileHandle output_;
  std::string buffer_;
  std::size_t start_ = 0;    // of the next line in buffer_
  std::size_t scanned_ = 0;  // no line ends between start_ and here
};

}  // namespace mist
