// How `mist-master upgrade` and the running master find each other: a signal, a file beside the pid
// file that names the new program, and a pipe for the answer. Only who may signal the master and
// write to that folder can do it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <signal.h>
#include <sys/types.h>

#include "base/file.h"

namespace mist {

inline constexpr int kUpgradeSignal = SIGUSR2;

struct UpgradeRequest {
  std::filesystem::path program;
  std::filesystem::path mist_home;
};

// The side that asks.
class UpgradeCall {
 public:
  // Throws Error, also when another call is under way.
  UpgradeCall(const std::filesystem::path& pid_file, const UpgradeRequest& request);
  ~UpgradeCall();
  UpgradeCall(const UpgradeCall&) = delete;
  UpgradeCall& operator=(const UpgradeCall&) = delete;

  // Signals the master and returns when it has told how it went. The text of the failure, or
  // nullopt. `on_progress` gets each line that it tells before. Throws Error when it cannot be
  // signalled.
  std::optional<std::string> Run(pid_t master,
                                 const std::function<void(const std::string&)>& on_progress);

 private:
  const std::filesystem::path request_file_;
  const std::filesystem::path pipe_file_;
  FileHandle request_;  // locked as long as the call lasts
  FileHandle pipe_;
};

// The master's side: the end of the pipe on which it tells. Whoever asked may be gone; then nothing
// happens. The pipe is handed over to the next program.
class UpgradeAnswer {
 public:
  explicit UpgradeAnswer(FileHandle pipe) : pipe_(std::move(pipe)) {}

  void Progress(const std::string& text) { Tell('#', text); }
  // Ends the answer.
  void Done() { End('+', ""); }
  void Failed(const std::string& reason) { End('-', reason); }

  FileHandle Release() { return std::move(pipe_); }

 private:
  void Tell(char kind, const std::string& text);
  void End(char kind, const std::string& text);

  FileHandle pipe_;
};

// After the signal. nullopt, with a line in the log, when nobody asks.
struct AskedUpgrade {
  UpgradeRequest request;
  UpgradeAnswer answer;
};
std::optional<AskedUpgrade> ReadUpgradeRequest(const std::filesystem::path& pid_file);

}  // namespace mist
