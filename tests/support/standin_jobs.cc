#include "tests/support/standin_jobs.h"

#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <unistd.h>

#include "worker_protocol/worker_constants.h"

namespace mist::testing {
namespace {

using Json = nlohmann::json;
using Script = std::function<ScriptEnd(const Json& arguments, ScriptChannel& channel)>;

ScriptEnd Finished() {
  return {};
}

// Byte for byte: numbers keep their digits.
ScriptEnd Echo(const std::string& arguments, ScriptChannel& channel) {
  const auto chunk = static_cast<std::size_t>(protocol::g_worker_constants.kChunkBytes);
  for (std::size_t sent = 0; sent < arguments.size(); sent += chunk) {
    channel.SendResult(arguments.substr(sent, chunk));
  }
  return Finished();
}

ScriptEnd Log(const Json& arguments, ScriptChannel& channel) {
  const int lines = arguments.value("lines", 0);
  for (int i = 1; i <= lines; ++i) channel.Log("line " + std::to_string(i));
  channel.SendResult(std::to_string(lines));
  return Finished();
}

ScriptEnd Big(const Json& arguments, ScriptChannel& channel) {
  const auto chunk = static_cast<std::size_t>(protocol::g_worker_constants.kChunkBytes);
  std::size_t left = arguments.value("bytes", std::size_t{2}) - 2;
  channel.SendResult("\"");
  for (; left > chunk; left -= chunk) channel.SendResult(std::string(chunk, 'x'));
  channel.SendResult(std::string(left, 'x') + "\"");
  return Finished();
}

ScriptEnd Hang(const Json&, ScriptChannel& channel) {
  if (channel.AwaitCancel()) return {ScriptEnd::Kind::kCancelled, ""};
  return {ScriptEnd::Kind::kFailed, "the worker ended"};
}

ScriptEnd Download(const Json& arguments, ScriptChannel& channel) {
  channel.ReportDownloading();
  return Hang(arguments, channel);
}

ScriptEnd Stubborn(const Json&, ScriptChannel& channel) {
  channel.AwaitEndOfWorker();
  return {ScriptEnd::Kind::kFailed, "the worker ended"};
}

ScriptEnd Complete(const Json&, ScriptChannel& channel) {
  if (!channel.AwaitCancel()) return {ScriptEnd::Kind::kFailed, "the worker ended"};
  channel.SendResult("\"too late\"");
  return Finished();
}

// The test that makes the file is another process, which has no other way to this one.
ScriptEnd Until(const Json& arguments, ScriptChannel& channel) {
  constexpr std::chrono::milliseconds kLookAgain{5};
  const std::filesystem::path file = arguments.at("file").get<std::string>();
  while (!std::filesystem::exists(file)) {
    if (channel.AwaitEndOfWorkerFor(kLookAgain)) {
      return {ScriptEnd::Kind::kFailed, "the worker ended"};
    }
  }
  channel.SendResult("null");
  return Finished();
}

// Each line is one write at the file's end. Starts and ends are on the disk before the function
// goes on.
class FunctionLedger {
 public:
  FunctionLedger(const Json& arguments, std::string job)
      : tag_(arguments.at("tag").get<std::string>()),
        job_(std::move(job)),
        file_(open(arguments.at("ledger").get<std::string>().c_str(),
                   O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644)) {
    if (file_ < 0) throw std::runtime_error("no ledger");
  }
  ~FunctionLedger() { close(file_); }
  FunctionLedger(const FunctionLedger&) = delete;
  FunctionLedger& operator=(const FunctionLedger&) = delete;

  void Write(const std::string& op, const std::string& how = "") {
    const std::chrono::duration<double> now = std::chrono::steady_clock::now().time_since_epoch();
    Json line = {{"t", now.count()}, {"op", op}, {"tag", tag_}, {"job", job_}, {"pid", getpid()}};
    if (!how.empty()) line["how"] = how;
    const std::string text = line.dump() + "\n";
    const bool is_tick = op == "tick";
    const bool written = write(file_, text.data(), text.size()) == ssize_t(text.size());
    if (!written || (!is_tick && fdatasync(file_) != 0))
      throw std::runtime_error("the ledger cannot be written");
  }

 private:
  const std::string tag_;
  const std::string job_;
  const int file_;
};

ScriptEnd Ledger(const Json& arguments, ScriptChannel& channel) {
  constexpr std::chrono::milliseconds kTick{5};
  FunctionLedger ledger(arguments, channel.JobId());
  ledger.Write("start");
  if (arguments.value("stale", false)) channel.ReportEndOfAttemptBefore();
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(arguments.value("ms", 0));
  while (std::chrono::steady_clock::now() < end) {
    if (channel.AwaitCancelFor(kTick)) {
      const auto gone = std::chrono::steady_clock::now() +
                        std::chrono::milliseconds(arguments.value("linger", 0));
      while (std::chrono::steady_clock::now() < gone && !channel.AwaitEndOfWorkerFor(kTick))
        ledger.Write("tick");
      ledger.Write("end", "cancelled");
      return {ScriptEnd::Kind::kCancelled, ""};
    }
    ledger.Write("tick");
  }
  const bool fails = arguments.value("fail", false);
  ledger.Write("end", fails ? "failed" : "finished");
  if (fails) return {ScriptEnd::Kind::kFailed, "failed as asked"};
  channel.SendResult(Json(arguments.at("tag")).dump());
  return Finished();
}

Script Raise(int signal) {
  return [signal](const Json&, ScriptChannel&) {
    kill(getpid(), signal);
    return Finished();
  };
}

const std::map<std::string, Script>& Scripts() {
  static const std::map<std::string, Script> scripts = {
      {"standin.Fail",
       [](const Json& arguments, ScriptChannel&) {
         return ScriptEnd{ScriptEnd::Kind::kFailed, arguments.value("error", "failed as asked")};
       }},
      {"standin.Garbage",
       [](const Json&, ScriptChannel& channel) {
         channel.SendResult("{not json");
         return Finished();
       }},
      {"standin.Log", Log},
      {"standin.Big", Big},
      {"standin.Hang", Hang},
      {"standin.Complete", Complete},
      {"standin.Stubborn", Stubborn},
      {"standin.Until", Until},
      {"standin.Ledger", Ledger},
      {"standin.Die", Raise(SIGKILL)},
      {"standin.Freeze", Raise(SIGSTOP)},
  };
  return scripts;
}

}  // namespace

ScriptEnd RunScript(const std::string& class_name, const std::string& arguments,
                    ScriptChannel& channel) {
  if (class_name == "standin.Download") return Download(Json::parse(arguments), channel);
  channel.ReportStarted();
  if (class_name == "standin.Echo") return Echo(arguments, channel);
  const auto found = Scripts().find(class_name);
  if (found == Scripts().end()) return {ScriptEnd::Kind::kFailed, "no such script: " + class_name};
  return found->second(Json::parse(arguments), channel);
}

}  // namespace mist::testing
