// The query of a request, and the types that its parameters have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/request.h"
#include "base/duration.h"
#include "master/store/store.h"

namespace mist::http {

class Query {
 public:
  Query() = default;
  // The part of the target behind the question mark.
  static OrReply<Query> Parse(std::string_view text);

  // The first value of that name.
  std::optional<std::string_view> Find(std::string_view name) const;
  std::vector<std::string_view> FindAll(std::string_view name) const;

  // true/yes/on/1 and false/no/off/0 in any case (mist-cli sends True); missing or empty means the
  // fallback.
  OrReply<bool> Boolean(std::string_view name, bool fallback) const;
  // A 32-bit integer.
  OrReply<std::int32_t> Integer(std::string_view name, std::int32_t fallback) const;
  // A place in a file, in bytes.
  OrReply<std::optional<std::int64_t>> Offset(std::string_view name) const;
  // Milliseconds since the epoch.
  OrReply<std::optional<WallTime>> Moment(std::string_view name) const;
  // "10s", "Inf"; missing means no limit.
  OrReply<Timeout> Duration(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

struct JobListing {
  JobQuery query;
  bool paginate = false;
};

// limit, offset, before, status and paginate of the job lists, and what a search is for: function,
// context, worker, source, since, until, text. The limit is held between 1 and 1000.
OrReply<JobListing> ReadJobListing(const Query& query);

}  // namespace mist::http
