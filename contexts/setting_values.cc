#include "contexts/setting_values.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace mist {
namespace {

std::string ToLower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

// Bytes in one unit, 0 when it is none. Letters alone and "iB" count in 1024, "kB", "MB" and so on
// in 1000.
std::int64_t UnitBytes(std::string_view unit) {
  if (unit.empty() || unit == "b" || unit == "B") return 1;
  const std::size_t power = std::string_view("kmgt").find(ToLower(unit.substr(0, 1)));
  const std::string rest = ToLower(unit.substr(1));
  if (power == std::string_view::npos ||
      !(rest.empty() || rest == "i" || rest == "ib" || rest == "b"))
    return 0;
  std::int64_t bytes = 1;
  for (std::size_t i = 0; i <= power; ++i) bytes *= rest == "b" ? 1000 : 1024;
  return bytes;
}

}  // namespace

std::optional<bool> ParseSwitch(std::string_view text) {
  const std::string lower = ToLower(text);
  if (lower == "true" || lower == "yes" || lower == "on") return true;
  if (lower == "false" || lower == "no" || lower == "off") return false;
  return std::nullopt;
}

std::optional<std::int64_t> ParseCount(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || parsed != end || value < 0) return std::nullopt;
  return value;
}

std::optional<ParsedTimeout> ParseSettingDuration(std::string_view text) {
  if (ToLower(text) == "infinity") return ParsedTimeout{};
  if (const auto parsed = ParseTimeout(text)) return parsed;
  if (text.ends_with('m')) return ParseTimeout(std::string(text) + "in");
  if (ParseCount(text)) return ParseTimeout(std::string(text) + "ms");
  return std::nullopt;
}

std::optional<std::int64_t> ParseBytes(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = ParseCount(text.substr(0, digits));
  std::string_view unit = text.substr(digits);
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  const std::int64_t unit_bytes = UnitBytes(unit);
  if (!number || unit_bytes == 0) return std::nullopt;
  if (*number > std::numeric_limits<std::int64_t>::max() / unit_bytes) return std::nullopt;
  return *number * unit_bytes;
}

std::string DescribeBytes(std::int64_t bytes) {
  constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < std::size(kUnits)) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + " " + std::string(kUnits[unit]);
}

}  // namespace mist
