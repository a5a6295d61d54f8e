// One line of a job's log, from a worker or from the master itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// Whole lines of a job's file, read back. Lines without a head (the rest of a message, stack
// traces) become part of the message before them; at the very beginning they get the time and the
// level of `before`, the last line that was read.
std::vector<LogLine> ParseLogLines(const JobId& job, std::string_view text, const LogLine& before);

// How the line begins a message; nullopt when it is the rest of one.
struct LogHead {
  LogLevel level = LogLevel::kInfo;
  WallTime time;
  std::size_t bytes = 0;  // up to the message
};
std::optional<LogHead> ParseLogHead(const JobId& job, std::string_view line);

std::string_view ToString(LogLevel level);
std::optional<LogLevel> ParseLogLevel(std::string_view text);

}  // namespace mist
