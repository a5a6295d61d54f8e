#include "base/duration.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace mist {
namespace {

using std::chrono::nanoseconds;

struct Unit {
  std::int64_t nanos;
  std::string_view singular;
  std::array<std::string_view, 3> other_names;
};

constexpr Unit kUnits[] = {
    {86'400'000'000'000, "day", {"d"}},
    {3'600'000'000'000, "hour", {"h"}},
    {60'000'000'000, "minute", {"min"}},
    {1'000'000'000, "second", {"s", "sec", "secs"}},
    {1'000'000, "millisecond", {"ms", "milli", "millis"}},
    {1'000, "microsecond", {"\u00b5s", "micro", "micros"}},
    {1, "nanosecond", {"ns", "nano", "nanos"}},
};

constexpr std::int64_t kMaxDays = 100'000;

const Unit* FindUnit(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (name == unit.singular ||
        (name.ends_with('s') && name.substr(0, name.size() - 1) == unit.singular)) {
      return &unit;
    }
    for (const std::string_view other : unit.other_names) {
      if (!other.empty() && name == other) return &unit;
    }
  }
  return nullptr;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Whole numbers keep every nanosecond; fractions go through double.
std::optional<nanoseconds> Multiply(std::string_view number, const Unit& unit) {
  const char* const end = number.data() + number.size();
  const std::int64_t max_nanos = kMaxDays * kUnits[0].nanos;
  std::int64_t whole = 0;
  if (const auto [parsed, error] = std::from_chars(number.data(), end, whole);
      error == std::errc() && parsed == end) {
    if (whole < 0 || whole > max_nanos / unit.nanos) return std::nullopt;
    return nanoseconds(whole * unit.nanos);
  }
  double fraction = 0;
  const auto [parsed, error] =
      std::from_chars(number.data(), end, fraction, std::chars_format::fixed);
  if (error != std::errc() || parsed != end) return std::nullopt;
  const double nanos = fraction * static_cast<double>(unit.nanos);
  if (!(nanos >= 0 && nanos <= static_cast<double>(max_nanos))) return std::nullopt;
  return nanoseconds(std::llround(nanos));
}

}  // namespace

std::optional<ParsedTimeout> ParseTimeout(std::string_view text) {
  text = Trim(text);
  if (text == "Inf" || text == "PlusInf" || text == "+Inf") return ParsedTimeout{std::nullopt};
  const std::size_t number_length = std::min(text.find_first_not_of("0123456789."), text.size());
  const Unit* unit = FindUnit(Trim(text.substr(number_length)));
  if (unit == nullptr) return std::nullopt;
  const auto duration = Multiply(text.substr(0, number_length), *unit);
  if (!duration) return std::nullopt;
  return ParsedTimeout{*duration};
}

std::string Describe(const Timeout& timeout) {
  if (!timeout) return "Duration.Inf";
  for (const Unit& unit : kUnits) {
    if (timeout->count() % unit.nanos != 0 || (timeout->count() == 0 && unit.singular != "second"))
      continue;
    const std::int64_t count = timeout->count() / unit.nanos;
    return std::to_string(count) + " " + std::string(unit.singular) + (count == 1 ? "" : "s");
  }
  return "";
}

std::string ToJsonDuration(const Timeout& timeout) {
  if (!timeout) return "Inf";
  const std::int64_t nanos = timeout->count();
  if (nanos % 1'000'000'000 == 0) return std::to_string(nanos / 1'000'000'000) + "s";
  return std::to_string((nanos + 999'999) / 1'000'000) + "ms";  // rounded up: 1 ns is not "no time"
}

}  // namespace mist
