#include "master/config/host_address.h"

#include <memory>
#include <vector>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

namespace mist {
namespace {

// The numeric text of an IPv4 or IPv6 address; empty for others.
std::string ToText(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address != nullptr && address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text,
              sizeof(text));
  } else if (address != nullptr && address->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text,
              sizeof(text));
  }
  return text;
}

bool IsUsable(const std::string& address) {
  const bool link_local = address.starts_with("fe80:") || address.starts_with("169.254.");
  return !address.empty() && !link_local && !IsLoopback(address);
}

std::vector<std::string> AddressesOfHostName() {
  char name[256] = "";
  addrinfo* found = nullptr;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  if (gethostname(name, sizeof(name) - 1) != 0 || getaddrinfo(name, nullptr, &hints, &found) != 0)
    return {};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    addresses.push_back(ToText(info->ai_addr));
  }
  return addresses;
}

std::vector<std::string> AddressesOfInterfaces() {
  ifaddrs* found = nullptr;
  if (getifaddrs(&found) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(found, freeifaddrs);
  std::vector<std::string> addresses;
  for (const ifaddrs* entry = found; entry != nullptr; entry = entry->ifa_next) {
    if ((entry->ifa_flags & IFF_UP) != 0) addresses.push_back(ToText(entry->ifa_addr));
  }
  return addresses;
}

// The first usable one, IPv4 before IPv6; empty when there is none.
std::string FirstUsable(const std::vector<std::string>& addresses) {
  for (const bool ipv6 : {false, true}) {
    for (const std::string& address : addresses) {
      if (IsUsable(address) && (address.find(':') != std::string::npos) == ipv6) return address;
    }
  }
  return "";
}

}  // namespace

bool IsLoopback(const std::string& host) {
  in_addr ipv4{};
  if (inet_pton(AF_INET, host.c_str(), &ipv4) == 1) return (ntohl(ipv4.s_addr) >> 24) == 127;
  return host == "localhost" || host == "::1";
}

std::string PublicHostOf(const std::string& bound_host) {
  if (bound_host != "0.0.0.0" && bound_host != "::") return bound_host;
  if (std::string address = FirstUsable(AddressesOfHostName()); !address.empty()) return address;
  if (std::string address = FirstUsable(AddressesOfInterfaces()); !address.empty()) return address;
  return "127.0.0.1";
}

}  // namespace mist
