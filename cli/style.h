// Colours for people. Whoever prints asks for a meaning; whether it becomes a colour is decided
// once.
#pragma once

#include <string>

namespace mist::cli {

class Style {
 public:
  Style() = default;  // no colours
  explicit Style(bool has_colours) : has_colours_(has_colours) {}

  std::string Good(const std::string& text) const { return Painted("32", text); }
  std::string Bad(const std::string& text) const { return Painted("31", text); }
  std::string Changed(const std::string& text) const { return Painted("33", text); }
  std::string Faint(const std::string& text) const { return Painted("2", text); }

 private:
  std::string Painted(const char* code, const std::string& text) const {
    return has_colours_ ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
  }

  bool has_colours_ = false;
};

// For a file descriptor: only a terminal that understands them, and never with NO_COLOR
// (https://no-color.org).
Style StyleOf(int descriptor);

}  // namespace mist::cli
