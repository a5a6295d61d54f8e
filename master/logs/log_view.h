// A job's log as somebody looks at it: some lines around a place, those of a level or with a text.
//
// Places are byte offsets, so a view of a log of many gigabytes costs what it shows. Lines that are
// filtered out must be read, and a call reads a bounded number of bytes: it says how far it has
// come, and the next one goes on there.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "master/logs/log_line.h"

namespace mist {

// The bytes that a view is of.
struct LogBytes {
  std::int64_t size = 0;
  // At most so many from an offset, fewer only at the end. Throws Error.
  std::function<std::string(std::int64_t offset, std::size_t bytes)> read;
  // Nothing is added any more: what has no newline at the end is a line too.
  bool ended = false;
};

struct LogFilter {
  LogLevel level = LogLevel::kDebug;  // and above; the rest of a message has its message's level
  std::string text = {};              // in any case; empty: all lines
};

struct ViewedLine {
  std::int64_t offset = 0;  // of its first byte
  std::int64_t bytes = 0;   // with its newline
  LogLevel level = LogLevel::kInfo;
  std::optional<WallTime> time;  // where a message begins
  std::string text;              // without newline
  bool cut = false;              // the text is not all of it
};

struct LogView {
  std::vector<ViewedLine> lines;
  // What was looked at: whole lines.
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool complete = true;  // false: it stopped because it had read enough
};

struct LogCount {
  std::int64_t lines = 0;
  std::int64_t end = 0;  // counted up to here
  bool complete = true;
};

// Lines from an offset on; one in the middle of a line means the next line. Any thread.
LogView ViewLogAfter(const LogBytes& log, const JobId& job, std::int64_t from, std::size_t limit,
                     const LogFilter& filter);
// The last lines that end at an offset or before.
LogView ViewLogBefore(const LogBytes& log, const JobId& job, std::int64_t before, std::size_t limit,
                      const LogFilter& filter);
LogCount CountLogLines(const LogBytes& log, const JobId& job, std::int64_t from, std::int64_t to,
                       const LogFilter& filter);

}  // namespace mist
