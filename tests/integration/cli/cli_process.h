// The built mist-cli as a process, with its output in files of a temporary folder.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/support/temp_folder.h"

namespace mist::cli {

struct CliResult {
  int exit_code = -1;
  std::string out;
  std::string err;
};

struct CliCall {
  int port = 0;  // of the master on the loopback address; passed as MIST_PORT
  std::vector<std::string> args;
  std::map<std::string, std::string> environment = {};  // besides MIST_HOST, MIST_PORT and TZ=UTC
  std::string input = {};
};

// Runs from construction to Wait(), which must be called once.
class CliProcess {
 public:
  explicit CliProcess(const CliCall& call);

  void Interrupt() const;  // as Ctrl-C does
  CliResult Wait();

 private:
  std::string FileOf(const std::string& stream) const { return (folder_.Path() / stream).string(); }

  const testing::TempFolder folder_;
  pid_t pid_ = -1;
};

CliResult RunCli(const CliCall& call);

}  // namespace mist::cli
