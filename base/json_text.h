// JSON that passes through as text: arguments and results keep every digit of their numbers.
#pragma once

#include <string>

namespace mist {

// Valid, compact, UTF-8 JSON of any type. Whoever makes one has checked it.
struct JsonText {
  std::string value;

  bool operator==(const JsonText&) const = default;
};

}  // namespace mist
