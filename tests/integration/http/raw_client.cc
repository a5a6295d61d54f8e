#include "tests/integration/http/raw_client.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/error.h"

namespace mist::http {
namespace {

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

RawReply ParseReplyHead(std::string_view head) {
  RawReply reply;
  reply.status = std::stoi(std::string(head.substr(9, 3)));
  std::size_t start = head.find("\r\n") + 2;
  while (start < head.size()) {
    const std::size_t end = std::min(head.find("\r\n", start), head.size());
    const std::string_view line = head.substr(start, end - start);
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) {
      reply.headers[LowerCase(std::string(line.substr(0, colon)))] = line.substr(colon + 2);
    }
    start = end + 2;
  }
  return reply;
}

}  // namespace

RawClient::RawClient(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience = {.tv_sec = 30, .tv_usec = 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw SystemError(errno, "connecting to the server under test");
  }
}

RawClient::~RawClient() {
  close(socket_);
}

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      throw SystemError(errno, "sending to the server under test");
    }
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool RawClient::Fill() {
  std::array<char, 64 << 10> bytes;
  const ssize_t count = recv(socket_, bytes.data(), bytes.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    throw SystemError(errno, "waiting for the server under test");
  }
  if (count <= 0) return false;
  input_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

RawReply RawClient::Receive(bool has_body) {
  std::size_t end = 0;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return {};
  }
  RawReply reply = ParseReplyHead(std::string_view(input_).substr(0, end + 2));
  input_.erase(0, end + 4);
  const auto length = reply.headers.find("content-length");
  const bool expects_body = has_body && reply.status != 304 && length != reply.headers.end();
  const std::size_t bytes = expects_body ? std::stoul(length->second) : 0;
  while (input_.size() < bytes) {
    if (!Fill()) break;
  }
  reply.body = input_.substr(0, bytes);
  input_.erase(0, bytes);
  return reply;
}

RawReply RawClient::Get(const std::string& target, const std::string& headers) {
  return Ask("GET", target, "", headers);
}

RawReply RawClient::Ask(const std::string& method, const std::string& target,
                        const std::string& body, const std::string& headers) {
  const std::string length =
      body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
  Send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + length + headers + "\r\n" +
       body);
  return Receive(method != "HEAD");
}

bool RawClient::AwaitClose() {
  while (Fill()) {
  }
  return true;
}

void RawClient::EndWriting() {
  shutdown(socket_, SHUT_WR);
}

}  // namespace mist::http
