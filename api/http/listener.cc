#include "api/http/listener.h"

#include <array>
#include <cerrno>
#include <memory>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"

namespace mist::http {
namespace {

constexpr int kBacklog = 1024;

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses Resolve(const std::string& host, std::uint16_t port) {
  const addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                          .ai_family = AF_UNSPEC,
                          .ai_socktype = SOCK_STREAM,
                          .ai_protocol = 0,
                          .ai_addrlen = 0,
                          .ai_addr = nullptr,
                          .ai_canonname = nullptr,
                          .ai_next = nullptr};
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failure != 0) {
    throw Error(ErrorCode::kInvalidConfig, "looking up the HTTP host '" + host + "': " +
                                               gai_strerror(failure) + "; check the host setting");
  }
  return {found, &freeaddrinfo};
}

// -1 and errno when it cannot be done.
int BindAndListen(const addrinfo& address) {
  const int listener =
      socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol);
  if (listener < 0) return -1;
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, address.ai_addr, address.ai_addrlen) == 0 && listen(listener, kBacklog) == 0) {
    return listener;
  }
  const int error = errno;
  close(listener);
  errno = error;
  return -1;
}

std::uint16_t PortOf(int listener) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw SystemError(errno, "reading the bound port");
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
  return ntohs(address.ss_family == AF_INET6 ? v6->sin6_port : v4->sin_port);
}

std::string NumericHost(const sockaddr* address, socklen_t length) {
  std::array<char, NI_MAXHOST> host{};
  const int failure =
      getnameinfo(address, length, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST);
  return failure == 0 ? std::string(host.data()) : "unknown";
}

bool IsLoopbackAddress(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    return ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr) >> 24 == 127;
  }
  return address->sa_family == AF_INET6 &&
         IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
}

}  // namespace

Listener Listen(const std::string& host, std::uint16_t port) {
  const Addresses addresses = Resolve(host, port);
  int error = 0;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const int listener = BindAndListen(*address);
    if (listener >= 0) return {listener, PortOf(listener)};
    error = errno;
  }
  const std::string attempted = "listening for HTTP on " + host + ":" + std::to_string(port);
  if (error == EADDRINUSE) {
    throw Error(ErrorCode::kUnavailable, attempted + ": the address is in use by another program");
  }
  throw SystemError(error, attempted);
}

Listener GoOnListening(FileHandle socket) {
  const std::uint16_t port = PortOf(socket.Descriptor());
  return {socket.Release(), port};
}

Accepted Accept(int listener) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  for (;;) {
    const int socket = accept4(listener, generic, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket >= 0) {
      const int on = 1;
      setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return {Accepted::State::kConnection, socket, NumericHost(generic, length)};
    }
    if (errno == EMFILE || errno == ENFILE) return {Accepted::State::kNoDescriptors};
    if (errno != EINTR && errno != ECONNABORTED) return {Accepted::State::kNoneLeft};
  }
}

bool IsLoopback(const std::string& host) {
  const Addresses addresses = Resolve(host, 0);
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    if (!IsLoopbackAddress(address->ai_addr)) return false;
  }
  return true;
}

}  // namespace mist::http
