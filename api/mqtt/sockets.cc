#include "api/mqtt/sockets.h"

#include <charconv>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace mist::mqtt {
namespace {

std::optional<std::uint16_t> PeerPort(int fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return std::nullopt;
  if (peer.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in*>(&peer)->sin_port);
  if (peer.ss_family == AF_INET6) return ntohs(reinterpret_cast<sockaddr_in6*>(&peer)->sin6_port);
  return std::nullopt;
}

void ForEachSocket(const std::function<void(int fd, ino_t socket)>& visit) {
  std::error_code ended;
  std::filesystem::directory_iterator entry("/proc/self/fd", ended);
  for (; !ended && entry != std::filesystem::directory_iterator(); entry.increment(ended)) {
    const std::string name = entry->path().filename();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    struct stat status {};
    if (fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode)) visit(fd, status.st_ino);
  }
}

}  // namespace

Sockets SocketsTo(std::uint16_t port) {
  Sockets found;
  ForEachSocket([&](int fd, ino_t socket) {
    if (PeerPort(fd) == port) found.insert(socket);
  });
  return found;
}

void ShutDown(const Sockets& sockets) {
  ForEachSocket([&](int fd, ino_t socket) {
    if (sockets.contains(socket)) shutdown(fd, SHUT_RDWR);
  });
}

}  // namespace mist::mqtt
