#include "api/http/router.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "api/http/percent.h"
#include "api/http/replies.h"

namespace mist::http {
namespace {

// "/a/b" is {"a", "b"}, "/" is {""}, "/a/" is {"a", ""}.
std::vector<std::string> Split(std::string_view path) {
  std::vector<std::string> segments;
  path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool IsPlaceholder(std::string_view segment) {
  return segment.starts_with('{');
}

// Both are decoded and of equal length when they match. The ids of the match.
std::optional<std::vector<std::string>> Match(const std::vector<std::string>& pattern,
                                              const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) return std::nullopt;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (IsPlaceholder(pattern[i]) && !path[i].empty()) {
      ids.push_back(path[i]);
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  return ids;
}

Reply WrongMethod(const std::vector<std::string>& allowed) {
  std::string list;
  for (const std::string& method : allowed) list += (list.empty() ? "" : ", ") + method;
  Reply reply = TextReply(405, "HTTP method not allowed, supported methods: " + list);
  if (std::find(allowed.begin(), allowed.end(), "GET") != allowed.end()) list += ", HEAD";
  reply.headers.emplace_back("Allow", list + ", OPTIONS");
  return reply;
}

}  // namespace

void Router::Add(std::string method, std::string_view pattern, Route route) {
  entries_.push_back({std::move(method), Split(pattern), std::move(route)});
}

void Router::AddForAll(std::string_view pattern, Route route) {
  Add("", pattern, std::move(route));
}

void Router::AddBelow(std::string method, std::string_view prefix, Route route) {
  below_.push_back({std::move(method), std::string(prefix), std::move(route)});
}

Reply Router::Answer(const Request& request) const {
  const std::string_view target = std::string_view(request.target);
  const std::size_t path_end = std::min(target.find_first_of("?#"), target.size());
  std::vector<std::string> path = Split(target.substr(0, path_end));
  for (std::string& segment : path) {
    std::optional<std::string> decoded = DecodePathSegment(segment);
    if (!decoded) return BadRequestReply("Illegal request-target: the path is not well encoded");
    segment = std::move(*decoded);
  }

  const std::string_view method =
      request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  std::vector<std::string> allowed;
  for (const Entry& entry : entries_) {
    std::optional<std::vector<std::string>> ids = Match(entry.segments, path);
    if (!ids) continue;
    if (!entry.method.empty() && entry.method != method) {
      allowed.push_back(entry.method);
      continue;
    }
    OrReply<Query> query = Query::Parse(target.substr(std::min(path_end + 1, target.size())));
    if (const Reply* refused = std::get_if<Reply>(&query)) return *refused;
    return entry.route({request, std::move(*ids), std::move(std::get<Query>(query))});
  }
  for (const Below& below : below_) {
    if (method == below.method && target.starts_with(below.prefix)) {
      return below.route({request, {}, {}});
    }
  }
  return allowed.empty() ? NoSuchResource() : WrongMethod(allowed);
}

}  // namespace mist::http
