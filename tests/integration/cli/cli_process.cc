#include "tests/integration/cli/cli_process.h"

#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <pty.h>
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

struct Terminal {
  FileHandle person;
  FileHandle program;
};

Terminal OpenTerminal(int columns) {
  int person = -1;
  int program = -1;
  const winsize size = {24, static_cast<unsigned short>(columns), 0, 0};
  if (openpty(&person, &program, nullptr, nullptr, &size) != 0) {
    throw SystemError(errno, "opening a terminal");
  }
  fcntl(person, F_SETFD, FD_CLOEXEC);
  return {FileHandle(person), FileHandle(program)};
}

// What is on the terminal when the program has ended, with plain line ends.
std::string ReadTerminal(const FileHandle& terminal) {
  std::string text;
  char piece[4096];
  for (ssize_t got; (got = read(terminal.Descriptor(), piece, sizeof piece)) > 0;) {
    text.append(piece, static_cast<std::size_t>(got));
  }
  std::erase(text, '\r');
  return text;
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
  Terminal terminal;
  if (call.terminal_columns) {
    terminal = OpenTerminal(*call.terminal_columns);
    posix_spawn_file_actions_adddup2(&files, terminal.program.Descriptor(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, terminal.program.Descriptor(), STDERR_FILENO);
    terminal_ = std::move(terminal.person);
  } else {
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, FileOf("out").c_str(), create, 0600);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, FileOf("err").c_str(), create, 0600);
  }

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
  const std::string out = terminal_.IsOpen() ? ReadTerminal(terminal_) : ReadFile(FileOf("out"));
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, out, ReadFile(FileOf("err"))};
}

CliResult RunCli(const CliCall& call) {
  return CliProcess(call).Wait();
}

CliResult RunInShell(int port, const std::string& script) {
  const testing::TempFolder folder;
  const std::string file = (folder.Path() / "script").string();
  std::ofstream(file) << "export MIST_HOST=127.0.0.1 MIST_PORT=" << port
                      << " MIST_CLI='" MIST_CLI_PROGRAM "'\n"
                      << script << "\n";
  FILE* output = popen(("bash " + file + " 2>&1").c_str(), "r");
  if (output == nullptr) throw SystemError(errno, "starting bash");
  CliResult result;
  char piece[4096];
  while (const std::size_t got = fread(piece, 1, sizeof piece, output)) {
    result.out.append(piece, got);
  }
  const int status = pclose(output);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

}  // namespace mist::cli
