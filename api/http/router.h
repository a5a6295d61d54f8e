// From method and path to the route that answers.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/query.h"
#include "api/http/request.h"

namespace mist::http {

// What a route is called with.
struct Call {
  const Request& request;
  std::vector<std::string>
      ids;  // the path's {..} segments, percent-decoded: %2F is a '/' within one
  Query query;
};

using Route = std::function<Reply(const Call& call)>;

// Filled before the first request, constant afterwards: any thread may call Answer().
class Router {
 public:
  // Patterns are absolute, a segment in braces stands for any one that is not empty:
  // "/v2/api/jobs/{id}". HEAD runs the GET route.
  void Add(std::string method, std::string_view pattern, Route route);
  // Every path that begins with the prefix, which ends in a slash; looked at after all patterns.
  void AddBelow(std::string method, std::string_view prefix, Route route);
  // Any method.
  void AddForAll(std::string_view pattern, Route route);

  // 404 for an unknown path (also one with a slash too many), 405 for a wrong method.
  Reply Answer(const Request& request) const;

 private:
  struct Entry {
    std::string method;  // empty: any
    std::vector<std::string> segments;
    Route route;
  };

  struct Below {
    std::string method;
    std::string prefix;
    Route route;
  };

  std::vector<Entry> entries_;
  std::vector<Below> below_;
};

}  // namespace mist::http
