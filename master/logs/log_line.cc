#include "master/logs/log_line.h"

#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace mist {
namespace {

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
