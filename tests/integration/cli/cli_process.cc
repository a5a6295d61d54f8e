#include "tests/integration/cli/cli_process.h"

#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

namespace mist::cli {
namespace {

std::vector<std::string> EnvironmentOf(const CliCall& call) {
  std::vector<std::string> environment = {"MIST_HOST=127.0.0.1",
                                          "MIST_PORT=" + std::to_string(call.port), "TZ=UTC"};
  for (const auto& [name, value] : call.environment) environment.push_back(name + "=" + value);
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string ReadFile(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

}  // namespace

CliProcess::CliProcess(const CliCall& call) {
  std::ofstream(FileOf("in"), std::ios::binary) << call.input;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  const int create = O_WRONLY | O_CREAT;
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, FileOf("in").c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, FileOf("out").c_str(), create, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, FileOf("err").c_str(), create, 0600);

  std::vector<std::string> arguments = {MIST_CLI_PROGRAM};
  arguments.insert(arguments.end(), call.args.begin(), call.args.end());
  std::vector<std::string> environment = EnvironmentOf(call);
  const int error = posix_spawn(&pid_, MIST_CLI_PROGRAM, &files, nullptr,
                                Pointers(arguments).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw SystemError(error, "starting " MIST_CLI_PROGRAM);
}

void CliProcess::Interrupt() const {
  kill(pid_, SIGINT);
}

CliResult CliProcess::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(FileOf("out")),
          ReadFile(FileOf("err"))};
}

CliResult RunCli(const CliCall& call) {
  return CliProcess(call).Wait();
}

}  // namespace mist::cli
