// Decides which jobs a JobFilter means. Cheap facts first, so that a store reads the long texts of
// few jobs.
#pragma once

#include <string_view>

#include "base/text_search.h"
#include "master/store/store.h"

namespace mist {

class JobMatcher {
 public:
  explicit JobMatcher(const JobFilter& filter) : filter_(filter), text_(filter.text) {}

  // All but the text.
  bool FitsFacts(std::string_view function, std::string_view context,
                 std::optional<std::string_view> worker, Trigger source, WallTime created) const;
  bool WantsText() const { return !filter_.text.empty(); }
  bool FitsText(std::string_view text) const { return text_.IsIn(text); }

  bool Fits(const Job& job) const;

 private:
  const JobFilter filter_;
  const CaselessText text_;
};

}  // namespace mist
