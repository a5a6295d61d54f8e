#include "cli/log_line.h"

#include <algorithm>
#include <array>
#include <string>

namespace mist::cli {

nlohmann::json LogLineJson(std::string_view line) {
  static constexpr std::array<std::string_view, 4> kLevels = {"DEBUG", "INFO", "WARN", "ERROR"};

  const std::size_t level_end = line.find(' ');
  const std::size_t id_start = line.find(" [");
  const std::size_t id_end = line.find(']', id_start == std::string_view::npos ? 0 : id_start);
  const std::string_view level = line.substr(0, level_end);
  const bool has_head = std::count(kLevels.begin(), kLevels.end(), level) == 1 &&
                        id_start != std::string_view::npos && id_end != std::string_view::npos &&
                        id_start > level_end;
  if (!has_head) return {{"message", std::string(line)}};

  const std::string_view time = line.substr(level_end + 1, id_start - level_end - 1);
  const std::string_view rest = line.substr(id_end + 1);
  const std::string_view message = rest.starts_with(' ') ? rest.substr(1) : rest;
  return {{"level", std::string(level)},
          {"time", std::string(time)},
          {"message", std::string(message)}};
}

}  // namespace mist::cli
