// Keeps web pages of others from driving the master through a user's browser, and tells browsers
// what they may do (CORS).
//
// A loopback address does not protect from a browser on the same machine, which sends requests
// wherever a page tells it:
//   - A page of another origin can send a POST without asking first, and only cannot read the
//   answer. So a request that
//     changes something and names an origin that is neither ours nor configured is refused.
//     Programs send no Origin.
//   - A page of evil.example can have its own name point at 127.0.0.1 and then counts as the same
//   origin (DNS rebinding).
//     So a master that is bound to loopback answers only to names of loopback, and to those
//     configured.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/request.h"

namespace mist::http {

struct BrowserGuardOptions {
  // "https://ui.example:8443"; "*" is every origin. Pages that this server serves need no entry.
  std::vector<std::string> allowed_origins;
  // Further names that a Host header may have when the server is bound to loopback, without a port.
  std::vector<std::string> allowed_hosts;
};

class BrowserGuard {
 public:
  BrowserGuard(BrowserGuardOptions options, bool bound_to_loopback);

  // The refusal of a request that must not be answered.
  std::optional<Reply> Refuse(const Request& request) const;

  // CORS headers, for the origins that may read the answer.
  void AddHeaders(const Request& request, Reply& reply) const;

 private:
  bool IsAllowedOrigin(const Request& request, std::string_view origin) const;
  bool AllowsEveryOrigin() const;
  bool IsAllowedHost(std::string_view host) const;

  const BrowserGuardOptions options_;
  const bool bound_to_loopback_;
};

}  // namespace mist::http
