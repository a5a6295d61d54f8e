#include "cli/server_address.h"

#include <charconv>

#include "base/error.h"

namespace mist::cli {
namespace {

std::string PercentDecode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned int byte = 0;
    const char* digits = text.data() + i + 1;
    const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                           std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    decoded += is_escape ? static_cast<char>(byte) : text[i];
    if (is_escape) i += 2;
  }
  return decoded;
}

Credentials ParseCredentials(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {PercentDecode(text), ""};
  return {PercentDecode(text.substr(0, colon)), PercentDecode(text.substr(colon + 1))};
}

}  // namespace

std::string ServerAddress::Url() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return "http://" + (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

ServerAddress ParseServerAddress(std::string_view host, int port) {
  ServerAddress address;
  address.port = port;
  const std::size_t at = host.rfind('@');
  if (at != std::string_view::npos) {
    address.credentials = ParseCredentials(host.substr(0, at));
    host.remove_prefix(at + 1);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty() || host.find('/') != std::string_view::npos) {
    throw Error(ErrorCode::kInvalidInput,
                "--host takes a host name or IP address without scheme, port and path, got '" +
                    std::string(host) + "'. The port has an option of its own: --port");
  }
  if (port < 1 || port > 65535) {
    throw Error(ErrorCode::kInvalidInput,
                "--port takes a number from 1 to 65535, got " + std::to_string(port));
  }
  address.host = host;
  return address;
}

std::string PercentEncode(std::string_view text) {
  static constexpr std::string_view kSafe =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (kSafe.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return encoded;
}

}  // namespace mist::cli
