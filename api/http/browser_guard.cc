#include "api/http/browser_guard.h"

#include <algorithm>
#include <utility>

#include "api/http/replies.h"

namespace mist::http {
namespace {

// Whether a page of a foreign origin could do harm by it. Browsers let any page open a WebSocket to
// any server and read from it; what it reads otherwise needs the server's consent.
bool NeedsAllowedOrigin(const Request& request) {
  const std::string& method = request.method;
  if (method != "GET" && method != "HEAD" && method != "OPTIONS") return true;
  return request.wants_upgrade;
}

// "[::1]:2004" is "[::1]", "localhost:2004" is "localhost".
std::string_view WithoutPort(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return has_port ? host.substr(0, colon) : host;
}

bool IsIpv4Loopback(std::string_view host) {
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Beside what the route varies by.
void AddVary(Reply& reply) {
  for (auto& [name, value] : reply.headers) {
    if (name == "Vary") {
      value += ", Origin";
      return;
    }
  }
  reply.headers.emplace_back("Vary", "Origin");
}

}  // namespace

BrowserGuard::BrowserGuard(BrowserGuardOptions options, bool bound_to_loopback)
    : options_(std::move(options)), bound_to_loopback_(bound_to_loopback) {}

std::optional<Reply> BrowserGuard::Refuse(const Request& request) const {
  const auto host = request.FindHeader("Host");
  if (bound_to_loopback_ && host && !IsAllowedHost(WithoutPort(*host))) {
    return TextReply(
        403, "The request's Host is not a name of this server. Configure it, or use localhost.");
  }
  const auto origin = request.FindHeader("Origin");
  if (origin && NeedsAllowedOrigin(request) && !IsAllowedOrigin(request, *origin)) {
    return TextReply(403,
                     "Pages of the request's Origin may neither change anything nor listen here.");
  }
  return std::nullopt;
}

void BrowserGuard::AddHeaders(const Request& request, Reply& reply) const {
  const auto origin = request.FindHeader("Origin");
  if (!AllowsEveryOrigin()) AddVary(reply);
  if (!AllowsEveryOrigin() && !(origin && IsAllowedOrigin(request, *origin))) return;
  reply.headers.emplace_back("Access-Control-Allow-Origin",
                             AllowsEveryOrigin() ? "*" : std::string(*origin));
  reply.headers.emplace_back("Access-Control-Allow-Methods",
                             "GET, POST, PUT, DELETE, HEAD, OPTIONS");
  reply.headers.emplace_back(
      "Access-Control-Allow-Headers",
      std::string(request.FindHeader("Access-Control-Request-Headers").value_or("")));
}

bool BrowserGuard::IsAllowedOrigin(const Request& request, std::string_view origin) const {
  if (AllowsEveryOrigin()) return true;
  const std::string_view host = request.FindHeader("Host").value_or("");
  for (const std::string_view scheme : {"http://", "https://"}) {
    const bool same_scheme = origin.starts_with(scheme);
    if (same_scheme && EqualsIgnoringCase(origin.substr(scheme.size()), host)) return true;
  }
  return std::any_of(
      options_.allowed_origins.begin(), options_.allowed_origins.end(),
      [&](const std::string& allowed) { return EqualsIgnoringCase(origin, allowed); });
}

bool BrowserGuard::AllowsEveryOrigin() const {
  return std::find(options_.allowed_origins.begin(), options_.allowed_origins.end(), "*") !=
         options_.allowed_origins.end();
}

bool BrowserGuard::IsAllowedHost(std::string_view host) const {
  if (EqualsIgnoringCase(host, "localhost") || host == "[::1]" || IsIpv4Loopback(host)) return true;
  return std::any_of(options_.allowed_hosts.begin(), options_.allowed_hosts.end(),
                     [&](const std::string& allowed) { return EqualsIgnoringCase(host, allowed); });
}

}  // namespace mist::http
