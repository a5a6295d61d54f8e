#include "base/log.h"

#include <memory>
#include <utility>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace mist::log {
namespace {

// Values with blanks, quotes or control characters are quoted, so that a line stays one line.
void AppendValue(std::string& line, std::string_view value) {
  const bool plain =
      !value.empty() && value.find_first_of(" \"=\\\t\r\n") == std::string_view::npos;
  if (plain) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    switch (c) {
      case '"':
        line += "\\\"";
        break;
      case '\\':
        line += "\\\\";
        break;
      case '\n':
        line += "\\n";
        break;
      case '\r':
        line += "\\r";
        break;
      case '\t':
        line += "\\t";
        break;
      default:
        line += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  line += '"';
}

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::shared_ptr<spdlog::logger> MakeLogger(spdlog::sink_ptr sink, spdlog::level::level_enum level) {
  auto logger = std::make_shared<spdlog::logger>("mist", std::move(sink));
  logger->set_level(level);
  logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);
  return logger;
}

// Ours rather than spdlog's default logger: that one is made at its first use inside the library,
// where no tool sees that other threads only use it afterwards.
std::shared_ptr<spdlog::logger>& Logger() {
  static std::shared_ptr<spdlog::logger> logger =
      MakeLogger(std::make_shared<spdlog::sinks::stderr_sink_mt>(), spdlog::level::info);
  return logger;
}

void Write(spdlog::level::level_enum level, std::string_view event, Fields fields) {
  spdlog::logger& logger = *Logger();
  if (!logger.should_log(level)) return;
  std::string line = "event=";
  line += event;
  for (const auto& [key, value] : fields) {
    line += ' ';
    line += key;
    line += '=';
    AppendValue(line, value);
  }
  logger.log(level, line);
}

}  // namespace

void SetUp(Level level, const std::string& path) {
  spdlog::sink_ptr sink;
  if (path.empty()) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
  }
  Logger() = MakeLogger(std::move(sink), ToSpdlog(level));
}

void Debug(std::string_view event, Fields fields) {
  Write(spdlog::level::debug, event, fields);
}
void Info(std::string_view event, Fields fields) {
  Write(spdlog::level::info, event, fields);
}
void Warn(std::string_view event, Fields fields) {
  Write(spdlog::level::warn, event, fields);
}
void Error(std::string_view event, Fields fields) {
  Write(spdlog::level::err, event, fields);
}

}  // namespace mist::log
