#include "cli/printable.h"

#include <algorithm>
#include <clocale>
#include <cwchar>

namespace mist::cli {
namespace {

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

std::string Clean(std::string text, std::string_view allowed) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    const bool is_c0 = byte < 0x20 || byte == 0x7f;
    const bool is_c1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;  // U+009B begins sequences too
    if (is_c0 && allowed.find(text[i]) == std::string_view::npos) text[i] = '?';
    if (is_c1) {
      text.erase(i, 1);
      text[i] = '?';
    }
  }
  return text;
}

// The character at the beginning of the text, which is not empty.
std::string_view FirstCharacter(std::string_view text) {
  std::size_t end = 1;
  while (end < text.size() && IsContinuation(text[end])) ++end;
  return text.substr(0, end);
}

// wcwidth() goes by the thread's locale, which is "C" in this program.
class Utf8Locale {
 public:
  Utf8Locale() : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (utf8_ != nullptr) before_ = uselocale(utf8_);
  }
  ~Utf8Locale() {
    if (utf8_ == nullptr) return;
    uselocale(before_);
    freelocale(utf8_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t utf8_;
  locale_t before_ = nullptr;
};

std::size_t CharacterWidth(std::string_view character) {
  wchar_t wide = 0;
  std::mbstate_t state = {};
  const std::size_t used = std::mbrtowc(&wide, character.data(), character.size(), &state);
  const int width = used == character.size() ? wcwidth(wide) : -1;
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

}  // namespace

std::string PrintableLine(std::string text) {
  return Clean(std::move(text), "");
}

std::string PrintableText(std::string text) {
  return Clean(std::move(text), "\n\t");
}

std::size_t DisplayWidth(std::string_view text) {
  const bool is_ascii = std::none_of(text.begin(), text.end(),
                                     [](char c) { return static_cast<unsigned char>(c) > 0x7f; });
  if (is_ascii) return text.size();
  const Utf8Locale utf8;
  std::size_t width = 0;
  while (!text.empty()) {
    const std::string_view character = FirstCharacter(text);
    width += CharacterWidth(character);
    text.remove_prefix(character.size());
  }
  return width;
}

std::string_view FirstColumns(std::string_view text, std::size_t width) {
  const Utf8Locale utf8;
  std::size_t end = 0;
  std::size_t used = 0;
  while (end < text.size()) {
    const std::string_view character = FirstCharacter(text.substr(end));
    used += CharacterWidth(character);
    if (used > width) break;
    end += character.size();
  }
  return text.substr(0, end);
}

}  // namespace mist::cli
