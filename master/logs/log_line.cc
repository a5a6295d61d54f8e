#include "master/logs/log_line.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace mist {
namespace {

constexpr std::size_t kMaxHeadBytes = 512;

std::string FormatTime(WallTime time) {
  using std::chrono::floor;
  const auto seconds = floor<std::chrono::seconds>(time);
  const auto millis = floor<std::chrono::milliseconds>(time - seconds).count();
  std::string text = fmt::format("{:%Y-%m-%dT%H:%M:%S}",
                                 fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
  if (millis == 0) return text;
  text += fmt::format(".{:03}", millis);
  while (text.back() == '0') text.pop_back();
  return text;
}

bool IsContinuationByte(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// What FormatTime() writes.
std::optional<WallTime> ParseTime(std::string_view text) {
  std::tm parts{};
  const std::string seconds(text.substr(0, 19));
  const char* end = strptime(seconds.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  std::int64_t millis = 0;
  std::string_view fraction = text.substr(seconds.size());
  if (fraction.starts_with('.')) {
    fraction.remove_prefix(1);
    for (int digit = 0; digit < 3; ++digit) {
      const char c = static_cast<std::size_t>(digit) < fraction.size() ? fraction[digit] : '0';
      if (c < '0' || c > '9') return std::nullopt;
      millis = millis * 10 + (c - '0');
    }
  }
  return FromEpochMillis(static_cast<std::int64_t>(timegm(&parts)) * 1000 + millis);
}

// "LEVEL DATE [JOB_ID] ": where the mark with the id stands tells most lines that begin no message.
std::optional<LogHead> ParseHead(std::string_view line, std::string_view mark) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto level = ParseLogLevel(line.substr(0, space));
  if (!level) return std::nullopt;
  const std::size_t marked = line.substr(0, kMaxHeadBytes).find(mark);
  if (marked == std::string_view::npos || marked <= space) return std::nullopt;
  const auto time = ParseTime(line.substr(space + 1, marked - space - 1));
  if (!time) return std::nullopt;
  return LogHead{*level, *time, marked + mark.size()};
}

std::string MarkOf(const JobId& job) {
  return " [" + job.value + "] ";
}

void AppendCut(std::string& out, std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) {
    out += text;
    return;
  }
  std::size_t kept = max_bytes;
  while (kept > 0 && IsContinuationByte(text[kept])) --kept;
  out += text.substr(0, kept);
  out += fmt::format("... ({} more bytes were cut)", text.size() - kept);
}

}  // namespace

std::string FormatLogLine(const JobId& job, const LogLine& line, std::size_t max_bytes) {
  std::string text =
      fmt::format("{} {} [{}] ", ToString(line.level), FormatTime(line.time), job.value);
  AppendCut(text, line.message, max_bytes);
  text += '\n';
  if (line.stack_trace) {
    AppendCut(text, *line.stack_trace, max_bytes);
    text += '\n';
  }
  return text;
}

std::vector<LogLine> ParseLogLines(const JobId& job, std::string_view text, const LogLine& before) {
  const std::string mark = MarkOf(job);
  std::vector<LogLine> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (const auto head = ParseHead(line, mark)) {
      lines.push_back(
          {head->time, head->level, std::string(line.substr(head->bytes)), std::nullopt});
    } else if (lines.empty()) {
      lines.push_back({before.time, before.level, std::string(line), std::nullopt});
    } else {
      lines.back().message.append("\n").append(line);
    }
  }
  return lines;
}

std::optional<LogHead> ParseLogHead(const JobId& job, std::string_view line) {
  return ParseHead(line, MarkOf(job));
}

std::optional<LogLevel> ParseLogLevel(std::string_view text) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    if (text == ToString(level)) return level;
  }
  return std::nullopt;
}

std::string_view ToString(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarn:
      return "WARN";
    case LogLevel::kError:
      return "ERROR";
  }
  return "INFO";
}

}  // namespace mist
