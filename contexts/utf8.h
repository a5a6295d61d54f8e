#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mist {

// Byte offset of the first byte that is not part of well-formed UTF-8 (RFC 3629: no overlong forms,
// no surrogates).
std::optional<std::size_t> FindInvalidUtf8(std::string_view text);

// The mark at the beginning of a file that some editors write.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
std::string WithoutByteOrderMark(std::string text);

// Of a caller's text in an error about it, see CutUtf8().
inline constexpr std::size_t kMaxShownBytes = 256;

// The longest beginning of well-formed text that has at most `max_bytes` and ends between two
// characters.
std::string_view CutUtf8(std::string_view text, std::size_t max_bytes);

}  // namespace mist
