#include "tests/bench/http_connection.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mist::bench {
namespace {

std::size_t BodyBytes(std::string head) {
  constexpr std::string_view kLength = "\r\ncontent-length:";
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t at = head.find(kLength);
  if (at == std::string::npos) throw std::runtime_error("an answer without a length: " + head);
  return std::stoul(head.substr(at + kLength.size()));
}

[[noreturn]] void ThrowSystemError(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

HttpConnection::HttpConnection(std::uint16_t port)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0) ThrowSystemError("socket");
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(socket_);
    ThrowSystemError("connect");
  }
}

HttpConnection::~HttpConnection() {
  close(socket_);
}

void HttpConnection::Send(std::string_view request) {
  while (!request.empty()) {
    const ssize_t sent = send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
    if (sent < 0) ThrowSystemError("send");
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
}

HttpAnswer HttpConnection::Receive() {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  std::size_t head_end = 0;
  while ((head_end = input_.find("\r\n\r\n")) == std::string::npos) ReadMore();
  const std::size_t body_begin = head_end + 4;
  const std::size_t end = body_begin + BodyBytes(input_.substr(0, body_begin));
  while (input_.size() < end) ReadMore();
  HttpAnswer answer{std::stoi(input_.substr(kVersion.size())),
                    input_.substr(body_begin, end - body_begin)};
  input_.erase(0, end);
  return answer;
}

void HttpConnection::ReadMore() {
  std::array<char, 16 << 10> piece{};
  const ssize_t got = recv(socket_, piece.data(), piece.size(), 0);
  if (got < 0) ThrowSystemError("recv");
  if (got == 0) throw std::runtime_error("the server has closed the connection");
  input_.append(piece.data(), static_cast<std::size_t>(got));
}

}  // namespace mist::bench
