#include "tests/integration/cli/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"

namespace mist::cli {

RawServer::RawServer(std::string bytes)
    : bytes_(std::move(bytes)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_.Descriptor(), generic, size) != 0 || listen(listener_.Descriptor(), 8) != 0 ||
      getsockname(listener_.Descriptor(), generic, &size) != 0) {
    throw SystemError(errno, "opening a port");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { Serve(); });
}

RawServer::~RawServer() {
  shutdown(listener_.Descriptor(), SHUT_RDWR);  // wakes accept()
}

void RawServer::Serve() const {
  for (;;) {
    const FileHandle connection(accept4(listener_.Descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection.IsOpen()) return;
    Answer(connection.Descriptor());
  }
}

void RawServer::Answer(int connection) const {
  std::string head;
  char piece[4096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = recv(connection, piece, sizeof piece, 0);
    if (got <= 0) return;
    head.append(piece, static_cast<std::size_t>(got));
  }
  if (bytes_.empty()) {
    while (recv(connection, piece, sizeof piece, 0) > 0) {
    }
    return;
  }
  send(connection, bytes_.data(), bytes_.size(), MSG_NOSIGNAL);
  shutdown(connection, SHUT_WR);
  while (recv(connection, piece, sizeof piece, 0) > 0) {
  }
}

}  // namespace mist::cli
