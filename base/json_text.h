// JSON that passes through as text: arguments and results keep every digit of their numbers.
#pragma once

#include <string>
#include <string_view>

namespace mist {

// Valid, compact, UTF-8 JSON of any type. Whoever makes one has checked it.
struct JsonText {
  std::string value;

  bool operator==(const JsonText&) const = default;
};

// A JSON string holding `text`. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] JsonText QuoteJson(std::string_view text);

}  // namespace mist
