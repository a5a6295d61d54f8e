#include "contexts/json_scanner.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <nlohmann/json.hpp>

namespace mist {
namespace {

// Length of the string literal that `text` begins with.
std::size_t StringLength(std::string_view text) {
  std::size_t at = 1;
  while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at + 1;
}

std::size_t ContainerLength(std::string_view text) {
  std::size_t depth = 0;
  std::size_t at = 0;
  while (true) {
    const char c = text[at];
    at += c == '"' ? StringLength(text.substr(at)) : 1;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && --depth == 0) return at;
  }
}

std::size_t ValueLength(std::string_view text) {
  if (text[0] == '"') return StringLength(text);
  if (text[0] == '[' || text[0] == '{') return ContainerLength(text);
  return std::min(text.find_first_of(",]}"), text.size());
}

// A number as digits x 10^exponent, digits without zeros at either end.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;
};

Decimal ToDecimal(std::string_view number) {
  Decimal decimal;
  decimal.negative = number.starts_with('-');
  if (decimal.negative) number.remove_prefix(1);
  const std::size_t e = number.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view exponent = number.substr(e + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    const auto [end, error] =
        std::from_chars(exponent.data(), exponent.data() + exponent.size(), decimal.exponent);
    if (error != std::errc()) decimal.exponent = exponent[0] == '-' ? INT32_MIN : INT32_MAX;
    number = number.substr(0, e);
  }
  const std::size_t point = number.find('.');
  decimal.digits = number.substr(0, point);
  if (point != std::string_view::npos) {
    decimal.digits += number.substr(point + 1);
    decimal.exponent -= static_cast<std::int64_t>(number.size() - point - 1);
  }
  decimal.digits.erase(0, std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size()));
  const std::size_t last = decimal.digits.find_last_not_of('0');
  const std::size_t kept = last == std::string::npos ? 0 : last + 1;
  decimal.exponent += static_cast<std::int64_t>(decimal.digits.size() - kept);
  decimal.digits.resize(kept);
  return decimal;
}

}  // namespace

JsonType TypeOfJson(std::string_view value) {
  switch (value[0]) {
    case 'n':
      return JsonType::kNull;
    case 't':
    case 'f':
      return JsonType::kBoolean;
    case '"':
      return JsonType::kString;
    case '[':
      return JsonType::kList;
    case '{':
      return JsonType::kObject;
    default:
      return JsonType::kNumber;
  }
}

bool JsonCursor::AtEnd() {
  if (rest_[0] == ',') rest_.remove_prefix(1);
  return rest_[0] == ']' || rest_[0] == '}';
}

std::string_view JsonCursor::TakeValue() {
  const std::string_view value = rest_.substr(0, ValueLength(rest_));
  rest_.remove_prefix(value.size());
  return value;
}

std::optional<std::string_view> JsonCursor::NextElement() {
  if (AtEnd()) return std::nullopt;
  return TakeValue();
}

std::optional<JsonCursor::Member> JsonCursor::NextMember() {
  if (AtEnd()) return std::nullopt;
  const std::string_view key = TakeValue();
  rest_.remove_prefix(1);  // the colon
  return Member{key, TakeValue()};
}

std::map<std::string, std::string_view> JsonMembers(std::string_view object) {
  std::map<std::string, std::string_view> members;
  JsonCursor cursor(object);
  while (const auto member = cursor.NextMember()) {
    members[DecodeJsonString(member->key)] = member->value;
  }
  return members;
}

std::string DecodeJsonString(std::string_view value) {
  if (value.find('\\') == std::string_view::npos)
    return std::string(value.substr(1, value.size() - 2));
  return nlohmann::json::parse(value).get<std::string>();
}

bool IsIntegral(std::string_view number) {
  const Decimal decimal = ToDecimal(number);
  return decimal.digits.empty() || decimal.exponent >= 0;
}

std::optional<std::int64_t> IntegerOf(std::string_view number) {
  Decimal decimal = ToDecimal(number);
  if (decimal.digits.empty()) return 0;
  constexpr std::int64_t kMaxDigits = 19;
  if (decimal.exponent < 0 || decimal.exponent > kMaxDigits) return std::nullopt;
  decimal.digits.append(static_cast<std::size_t>(decimal.exponent), '0');
  if (decimal.negative) decimal.digits.insert(0, 1, '-');
  std::int64_t value = 0;
  const char* const end = decimal.digits.data() + decimal.digits.size();
  const auto [parsed, error] = std::from_chars(decimal.digits.data(), end, value);
  if (error != std::errc() || parsed != end) return std::nullopt;
  return value;
}

}  // namespace mist
