// The built mist-cli as a process, with its output in files of a temporary folder.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/file.h"
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
  // Standard output and error are a terminal of this width; both arrive in `out`.
  std::optional<int> terminal_columns = {};
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
  FileHandle terminal_;  // the side of whoever looks at it
  pid_t pid_ = -1;
};

CliResult RunCli(const CliCall& call);

// Runs a bash script in which $MIST_CLI is the program and MIST_HOST and MIST_PORT name the master.
// Both of its streams arrive in `out`.
CliResult RunInShell(int port, const std::string& script);

}  // namespace mist::cli
