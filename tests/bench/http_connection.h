// A keep-alive HTTP connection to a port of this machine, over a plain socket without Nagle.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mist::bench {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

// One thread at a time. Throws std::runtime_error.
class HttpConnection {
 public:
  explicit HttpConnection(std::uint16_t port);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  int Socket() const { return socket_; }
  void Send(std::string_view request);
  HttpAnswer Receive();  // blocks

 private:
  void ReadMore();

  int socket_;
  std::string input_;
};

}  // namespace mist::bench
