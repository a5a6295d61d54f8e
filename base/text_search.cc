#include "base/text_search.h"

#include <algorithm>
#include <cstring>

namespace mist {
namespace {

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

char Upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Where one of two characters comes next, each remembered until it is passed: memchr() reads many
// bytes at a time, and a letter that is rare in one case is looked for once.
class NextOf {
 public:
  NextOf(std::string_view bytes, char one) : bytes_(bytes), one_(one) {}

  std::size_t From(std::size_t from) {
    if (at_ == std::string_view::npos || (known_ && at_ >= from)) return at_;
    const void* found = std::memchr(bytes_.data() + from, one_, bytes_.size() - from);
    known_ = true;
    at_ = found == nullptr
              ? std::string_view::npos
              : static_cast<std::size_t>(static_cast<const char*>(found) - bytes_.data());
    return at_;
  }

 private:
  std::string_view bytes_;
  char one_;
  bool known_ = false;
  std::size_t at_ = 0;
};

}  // namespace

CaselessText::CaselessText(std::string_view text) : lower_(text) {
  std::transform(lower_.begin(), lower_.end(), lower_.begin(), Lower);
  if (!lower_.empty()) first_upper_ = Upper(lower_.front());
}

std::size_t CaselessText::FindIn(std::string_view bytes, std::size_t from) const {
  if (from > bytes.size()) return std::string_view::npos;
  if (lower_.empty()) return from;
  NextOf lower(bytes, lower_.front());
  NextOf upper(bytes, first_upper_);
  while (from + lower_.size() <= bytes.size()) {
    const std::size_t begin = std::min(lower.From(from), upper.From(from));
    if (begin == std::string_view::npos || begin + lower_.size() > bytes.size()) break;
    const std::string_view candidate = bytes.substr(begin, lower_.size());
    if (std::equal(candidate.begin(), candidate.end(), lower_.begin(),
                   [](char ours, char wanted) { return Lower(ours) == wanted; }))
      return begin;
    from = begin + 1;
  }
  return std::string_view::npos;
}

// On a mismatch the last `*` takes one character more: no other `*` needs to be tried again.
bool MatchesGlob(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_end = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_end = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_end;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool IsGlob(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

}  // namespace mist
