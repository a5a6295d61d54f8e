#include "contexts/mqtt_topics.h"

#include <cstddef>
#include <optional>

namespace mist {
namespace {

constexpr std::size_t kMaxBytes = 65'535;

// The level at the front, which is taken off; nullopt when none is left.
std::optional<std::string_view> TakeLevel(std::optional<std::string_view>& rest) {
  if (!rest) return std::nullopt;
  const std::size_t slash = rest->find('/');
  const std::string_view level = rest->substr(0, slash);
  rest = slash == std::string_view::npos ? std::nullopt : std::optional(rest->substr(slash + 1));
  return level;
}

std::string CheckText(std::string_view text) {
  if (text.empty()) return "it is empty";
  if (text.size() > kMaxBytes) return "it is longer than 65535 bytes";
  if (text.find('\0') != std::string_view::npos) return "it holds a zero byte";
  return "";
}

// Topics of the broker itself, such as $SYS: wildcards at the front do not match them.
bool IsHidden(std::string_view topic) {
  return topic.starts_with('$');
}

bool IsWildcard(std::string_view filter) {
  return filter.starts_with('+') || filter.starts_with('#');
}

}  // namespace

std::string CheckMqttTopic(std::string_view topic) {
  if (std::string problem = CheckText(topic); !problem.empty()) return problem;
  if (topic.find_first_of("+#") != std::string_view::npos) return "it holds a wildcard";
  return "";
}

std::string CheckMqttFilter(std::string_view filter) {
  if (std::string problem = CheckText(filter); !problem.empty()) return problem;
  if (filter.starts_with("$share/")) return "shared subscriptions are not supported";
  std::optional<std::string_view> rest = filter;
  while (const auto level = TakeLevel(rest)) {
    if (level->size() > 1 && level->find_first_of("+#") != std::string_view::npos)
      return "a wildcard stands for a whole level";
    if (*level == "#" && rest) return "'#' is not at its end";
  }
  return "";
}

bool MqttFilterMatches(std::string_view filter, std::string_view topic) {
  return MqttTopicsOverlap(filter, topic);
}

bool MqttTopicsOverlap(std::string_view a, std::string_view b) {
  if ((IsHidden(a) && IsWildcard(b)) || (IsHidden(b) && IsWildcard(a))) return false;
  std::optional<std::string_view> rest_a = a;
  std::optional<std::string_view> rest_b = b;
  for (;;) {
    const auto level_a = TakeLevel(rest_a);
    const auto level_b = TakeLevel(rest_b);
    if (level_a == "#" || level_b == "#") return true;
    if (!level_a || !level_b) return !level_a && !level_b;
    if (*level_a != "+" && *level_b != "+" && *level_a != *level_b) return false;
  }
}

}  // namespace mist
