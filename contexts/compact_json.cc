#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "contexts/argument_check.h"
#include "contexts/utf8.h"

namespace mist {
namespace {

// One pass over the text, as RFC 8259 has it, with a stack of open containers of its own. Lives for
// one call.
class Compactor {
 public:
  Compactor(std::string_view text, const JsonLimits& limits) : text_(text), limits_(limits) {}

  std::variant<JsonText, BadJson> Run() {
    if (const auto invalid = FindInvalidUtf8(text_)) {
      return BadJson{"not UTF-8 at byte " + std::to_string(*invalid)};
    }
    compact_.reserve(text_.size());
    bool good = true;
    while (good && !(open_.empty() && expected_ == Expected::kCommaOrEnd)) {
      SkipSpace();
      good = Step();
    }
    SkipSpace();
    if (good && at_ < text_.size()) good = Fail("something follows the value");
    if (!good) return BadJson{problem_ + " at byte " + std::to_string(at_)};
    return JsonText{std::move(compact_)};
  }

 private:
  enum class Expected { kValue, kValueOrEnd, kKey, kKeyOrEnd, kCommaOrEnd };

  bool Step() {
    if (at_ == text_.size()) return Fail("the text ends before the value is complete");
    switch (expected_) {
      case Expected::kValue:
        return Value();
      case Expected::kValueOrEnd:
        return text_[at_] == ']' ? Close() : Value();
      case Expected::kKey:
        return Key();
      case Expected::kKeyOrEnd:
        return text_[at_] == '}' ? Close() : Key();
      case Expected::kCommaOrEnd:
        return text_[at_] == open_.back() ? Close() : Comma();
    }
    return false;
  }

  bool Value() {
    const char c = text_[at_];
    if (c == '[' || c == '{') return Open();
    expected_ = Expected::kCommaOrEnd;
    if (c == '"') return String();
    if (c == '-' || IsDigit(at_)) return Number();
    for (const std::string_view word : {"true", "false", "null"}) {
      if (text_.substr(at_, word.size()) == word) return Copy(at_ + word.size());
    }
    return Fail("unexpected character");
  }

  bool Open() {
    if (open_.size() == limits_.max_depth) {
      return Fail("nested deeper than " + std::to_string(limits_.max_depth) + " levels");
    }
    const bool list = text_[at_] == '[';
    open_ += list ? ']' : '}';
    expected_ = list ? Expected::kValueOrEnd : Expected::kKeyOrEnd;
    return Copy(at_ + 1);
  }

  bool Close() {
    open_.pop_back();
    expected_ = Expected::kCommaOrEnd;
    return Copy(at_ + 1);
  }

  bool Comma() {
    if (text_[at_] != ',') return Fail(std::string("expected ',' or '") + open_.back() + "'");
    expected_ = open_.back() == ']' ? Expected::kValue : Expected::kKey;
    return Copy(at_ + 1);
  }

  bool Key() {
    if (text_[at_] != '"') return Fail("expected a key in quotes");
    if (!String()) return false;
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != ':') return Fail("expected ':'");
    expected_ = Expected::kValue;
    return Copy(at_ + 1);
  }

  bool String() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') {
      const std::size_t length = text_[end] == '\\' ? EscapeLength(end) : 1;
      const bool control = static_cast<unsigned char>(text_[end]) < 0x20;
      if (length == 0 || control) {
        at_ = end;
        return Fail(control ? "control character in a string" : "bad escape in a string");
      }
      end += length;
    }
    if (end >= text_.size()) return Fail("string without an end");
    return Copy(end + 1);
  }

  // 0 when it is none. An escaped surrogate counts together with its other half.
  std::size_t EscapeLength(std::size_t at) const {
    if (at + 1 == text_.size()) return 0;
    if (text_[at + 1] != 'u') {
      return std::string_view("\"\\/bfnrt").find(text_[at + 1]) != std::string_view::npos ? 2 : 0;
    }
    const int unit = Utf16Unit(at);
    if (unit < 0 || (unit >= 0xdc00 && unit < 0xe000)) return 0;
    if (unit < 0xd800 || unit >= 0xe000) return 6;
    const int low = Utf16Unit(at + 6);
    return low >= 0xdc00 && low < 0xe000 ? 12 : 0;
  }

  // The value of \uXXXX at this place, -1 when there is none.
  int Utf16Unit(std::size_t at) const {
    const std::string_view escape = text_.substr(std::min(at, text_.size()), 6);
    if (escape.size() < 6 || !escape.starts_with("\\u")) return -1;
    if (escape.find_first_not_of("0123456789abcdefABCDEF", 2) != std::string_view::npos) return -1;
    return static_cast<int>(std::strtol(std::string(escape.substr(2)).c_str(), nullptr, 16));
  }

  bool Number() {
    std::size_t end = at_ + (text_[at_] == '-' ? 1 : 0);
    if (!IsDigit(end)) return Fail("bad number");
    const bool zero = text_[end] == '0';
    end = zero ? end + 1 : SkipDigits(end);
    if (zero && IsDigit(end)) return Fail("number with a leading zero");
    if (end < text_.size() && text_[end] == '.') {
      if (!IsDigit(end + 1)) return Fail("bad number");
      end = SkipDigits(end + 1);
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      ++end;
      if (end < text_.size() && (text_[end] == '+' || text_[end] == '-')) ++end;
      if (!IsDigit(end)) return Fail("bad number");
      end = SkipDigits(end);
    }
    if (BeyondDouble(text_.substr(at_, end - at_))) return Fail("number out of range");
    return Copy(end);
  }

  static bool BeyondDouble(std::string_view number) {
    constexpr std::size_t kAlwaysSmall =
        300;  // so many digits without an exponent stay below 1e308
    if (number.size() < kAlwaysSmall && number.find_first_of("eE") == std::string_view::npos)
      return false;
    return std::isinf(std::strtod(std::string(number).c_str(), nullptr));
  }

  bool IsDigit(std::size_t at) const {
    return at < text_.size() && text_[at] >= '0' && text_[at] <= '9';
  }

  std::size_t SkipDigits(std::size_t at) const {
    while (IsDigit(at)) ++at;
    return at;
  }

  void SkipSpace() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  bool Copy(std::size_t end) {
    compact_ += text_.substr(at_, end - at_);
    at_ = end;
    return true;
  }

  bool Fail(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  const std::string_view text_;
  const JsonLimits limits_;
  std::size_t at_ = 0;
  std::string compact_;
  std::string open_;  // the brackets that would close the containers around at_, innermost last
  Expected expected_ = Expected::kValue;
  std::string problem_;
};

}  // namespace

std::variant<JsonText, BadJson> CompactJson(std::string_view text, const JsonLimits& limits) {
  return Compactor(text, limits).Run();
}

}  // namespace mist
