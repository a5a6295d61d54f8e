#include "api/http/percent.h"

#include <charconv>

#include "contexts/utf8.h"

namespace mist::http {
namespace {

std::optional<char> DecodeHexPair(std::string_view digits) {
  unsigned value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) return std::nullopt;
  return static_cast<char>(value);
}

std::optional<std::string> Decode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const std::optional<char> byte = DecodeHexPair(text.substr(i + 1, 2));
      if (!byte) return std::nullopt;
      decoded += *byte;
      i += 2;
    } else {
      decoded += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (FindInvalidUtf8(decoded)) return std::nullopt;
  return decoded;
}

}  // namespace

std::optional<std::string> DecodePathSegment(std::string_view text) {
  return Decode(text, false);
}

std::optional<std::string> DecodeQueryPart(std::string_view text) {
  return Decode(text, true);
}

}  // namespace mist::http
