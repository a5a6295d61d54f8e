// Finding text without regard to case (of ASCII letters), and names by patterns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mist {

// A text to look for in many others. Bytes above 0x7f are compared as they are.
class CaselessText {
 public:
  // An empty one is everywhere.
  explicit CaselessText(std::string_view text);

  // Where it begins, at or after `from`; npos when it is not there.
  std::size_t FindIn(std::string_view bytes, std::size_t from = 0) const;
  bool IsIn(std::string_view bytes) const { return FindIn(bytes) != std::string_view::npos; }
  std::size_t Size() const { return lower_.size(); }

 private:
  std::string lower_;
  char first_upper_ = 0;
};

// Whether the whole name is what the pattern says: `*` stands for any characters, `?` for one, all
// others for themselves.
bool MatchesGlob(std::string_view pattern, std::string_view name);
bool IsGlob(std::string_view text);

}  // namespace mist
