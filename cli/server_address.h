// Where the master is, as --host and --port say it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mist::cli {

struct Credentials {
  std::string user;
  std::string password;
};

struct ServerAddress {
  std::string host;  // a name or an IP address, without brackets
  int port = 0;
  std::optional<Credentials>
      credentials;  // basic authentication, for a proxy in front of the master

  // "http://localhost:2004", fit to be shown: without credentials.
  std::string Url() const;
};

// `host` is "name", "user:password@name" (both percent-decoded) or "[::1]". Throws Error
// (kInvalidInput) for a URL, an empty name or a port outside 1..65535.
ServerAddress ParseServerAddress(std::string_view host, int port);

// Percent-encodes everything but letters, digits and "-._~".
std::string PercentEncode(std::string_view text);

}  // namespace mist::cli
