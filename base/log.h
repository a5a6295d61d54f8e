// The process's own log: key=value lines on stderr (or where the service manager sends it). Set up
// once by main; nothing else configures it. Event names are stable and listed in
// docs/operations.md. No secrets, no payloads.
//
//   log::Info("job_started", {{"job", id.value}, {"worker", worker.value}});
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace mist::log {

enum class Level { kDebug, kInfo, kWarn, kError };

using Field = std::pair<std::string_view, std::string>;
using Fields = std::initializer_list<Field>;

// Levels below `level` are dropped. An empty path means stderr. Called once, before threads start.
void SetUp(Level level, const std::string& path);

// error: someone must act. warn: we recovered, once is fine. info: life of the process and of a
// job. Any thread.
void Debug(std::string_view event, Fields fields = {});
void Info(std::string_view event, Fields fields = {});
void Warn(std::string_view event, Fields fields = {});
void Error(std::string_view event, Fields fields = {});

}  // namespace mist::log
