// What a function or a context may be called. Names end up in paths, command lines and logs, so
// they are plain text; dots, blanks and any alphabet are welcome.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mist {

inline constexpr std::size_t kMaxNameBytes = 255;

// Empty when the name is good, otherwise what is wrong with it: "the name is empty", "the name
// holds a '/'" ...
[[nodiscard]] std::string CheckName(std::string_view name);

}  // namespace mist
