// A child of this process that no ProcessStarter knows of, as the program that it ran before execve
// leaves them.
#pragma once

#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace mist::testing {

class InheritedProcess {
 public:
  // A shell that leads a process group of its own; `environment` is NAME=value. It runs when the
  // constructor returns: posix_spawn returns a moment before the new environment can be read.
  InheritedProcess(std::string script, std::vector<std::string> environment,
                   const std::filesystem::path& output) {
    auto [input, input_end] = MakePipe();
    auto [running, running_end] = MakePipe();
    input_end_ = std::move(input_end);
    script.insert(0, "exec 9>&-\n");  // its end of `running`
    const FileHandle file = OpenFile(output, O_WRONLY | O_CREAT | O_APPEND);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.Descriptor(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, file.Descriptor(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, running_end.Descriptor(), 9);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::string shell = "/bin/sh";
    std::string option = "-c";
    char* arguments[] = {shell.data(), option.data(), script.data(), nullptr};
    std::vector<char*> variables;
    for (std::string& variable : environment) variables.push_back(variable.data());
    variables.push_back(nullptr);
    const int error =
        posix_spawn(&id_, shell.c_str(), &actions, &attributes, arguments, variables.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) throw SystemError(error, "starting a shell");
    running_end = FileHandle();
    char nothing;
    [[maybe_unused]] const ssize_t end = read(running.Descriptor(), &nothing, 1);
  }
  ~InheritedProcess() {
    if (!IsChild()) return;
    kill(-id_, SIGKILL);
    waitpid(id_, nullptr, 0);
  }
  InheritedProcess(const InheritedProcess&) = delete;
  InheritedProcess& operator=(const InheritedProcess&) = delete;

  pid_t Id() const { return id_; }
  // What it reads comes to an end.
  void EndInput() { input_end_ = FileHandle(); }
  // It runs, or has ended and was not reaped.
  bool IsChild() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
  }
  // Returns when it has ended; it is left to be reaped.
  void AwaitEnd() const {
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOWAIT);
  }

 private:
  static std::pair<FileHandle, FileHandle> MakePipe() {  // the end to read, the end to write
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw SystemError(errno, "making a pipe");
    return {FileHandle(ends[0]), FileHandle(ends[1])};
  }

  FileHandle input_end_;
  pid_t id_ = 0;
};

}  // namespace mist::testing
