#include "master/artifacts/artifact_name.h"

#include <algorithm>

namespace mist {
namespace {

constexpr std::size_t kMaxBytes = 255;  // what file systems take

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// Bytes in the UTF-8 sequence at the start of `text`; 0 when there is none that is well formed.
std::size_t SequenceBytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return 0;
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  // Forms that are too long, surrogates, and beyond U+10FFFF.
  const auto second = static_cast<unsigned char>(text[1]);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return 0;
  if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return 0;
  return bytes;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t bytes = SequenceBytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

}  // namespace

std::optional<std::string> ArtifactNameProblem(std::string_view name) {
  if (name.empty()) return "An artifact needs a name";
  if (name.size() > kMaxBytes) return "An artifact's name has at most 255 bytes";
  if (name.front() == '.') return "An artifact's name does not start with a dot";
  if (name.find_first_of("/\\") != std::string_view::npos) {
    return "An artifact's name is a plain file name without '/' and '\\'";
  }
  if (std::any_of(name.begin(), name.end(), IsControl)) {
    return "An artifact's name holds no control characters";
  }
  if (!IsUtf8(name)) return "An artifact's name is UTF-8 text";
  return std::nullopt;
}

}  // namespace mist
