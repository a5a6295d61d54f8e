// One line of a job's log, from a worker or from the master itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"

namespace mist {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

struct LogLine {
  WallTime time;
  LogLevel level = LogLevel::kInfo;
  std::string message;  // may hold several lines
  std::optional<std::string> stack_trace;
};

// "LEVEL DATE [JOB_ID] MESSAGE" and a newline, then the stack trace and a newline when there is
// one. DATE is UTC without a zone, its milliseconds without trailing zeros: 2018-10-20T01:46:40.12.
// Message and stack trace are each cut to max_bytes, at a character's boundary, with a mark that
// says how much is missing.
std::string FormatLogLine(const JobId& job, const LogLine& line, std::size_t max_bytes);

// Only the first line of a message starts like this; what others show as a line's level and time.
std::string_view ToString(LogLevel level);

}  // namespace mist
