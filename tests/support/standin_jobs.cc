#include "tests/support/standin_jobs.h"

#include <filesystem>
#include <functional>
#include <map>

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

Script Raise(int signal) {
  return [signal](const Json&, ScriptChannel&) {
    kill(getpid(), signal);
    return Finished();
  };
}

const std::map<std::string, Script>& Scripts() {
  static const std::map<std::string, Script> scripts = {
      {"standin.Echo",
       [](const Json& arguments, ScriptChannel& channel) {
         channel.SendResult(arguments.dump());
         return Finished();
       }},
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
      {"standin.Die", Raise(SIGKILL)},
      {"standin.Freeze", Raise(SIGSTOP)},
  };
  return scripts;
}

}  // namespace

ScriptEnd RunScript(const std::string& class_name, const std::string& arguments,
                    ScriptChannel& channel) {
  const auto found = Scripts().find(class_name);
  if (found == Scripts().end()) return {ScriptEnd::Kind::kFailed, "no such script: " + class_name};
  return found->second(Json::parse(arguments), channel);
}

}  // namespace mist::testing
