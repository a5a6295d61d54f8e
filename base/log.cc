#include "base/log.h"

#include <memory>

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

void Write(spdlog::level::level_enum level, std::string_view event, Fields fields) {
  if (!spdlog::default_logger_raw()->should_log(level)) return;
  std::string line = "event=";
  line += event;
  for (const auto& [key, value] : fields) {
    line += ' ';
    line += key;
    line += '=';
    AppendValue(line, value);
  }
  spdlog::default_logger_raw()->log(level, line);
}

}  // namespace

void SetUp(Level level, const std::string& path) {
  std::shared_ptr<spdlog::logger> logger;
  if (path.empty()) {
    logger =
        std::make_shared<spdlog::logger>("mist", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  } else {
    logger = std::make_shared<spdlog::logger>(
        "mist", std::make_shared<spdlog::sinks::basic_file_sink_mt>(path));
  }
  switch (level) {
    case Level::kDebug:
      logger->set_level(spdlog::level::debug);
      break;
    case Level::kInfo:
      logger->set_level(spdlog::level::info);
      break;
    case Level::kWarn:
      logger->set_level(spdlog::level::warn);
      break;
    case Level::kError:
      logger->set_level(spdlog::level::err);
      break;
  }
  logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
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
