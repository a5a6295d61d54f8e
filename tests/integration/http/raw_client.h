// A client that sends exactly the bytes it is told to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace mist::http {

struct RawReply {
  int status = 0;                              // 0: the connection ended before a head came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class RawClient {
 public:
  // Throws Error when nobody listens, as every method does when nothing moves for 30 seconds.
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False when the other end is gone.
  bool Send(std::string_view bytes);
  // The next reply, as long as its Content-Length says. `has_body` is false for HEAD.
  RawReply Receive(bool has_body = true);
  // Sends a request without a body and receives its reply.
  RawReply Get(const std::string& target, const std::string& headers = "");
  RawReply Ask(const std::string& method, const std::string& target, const std::string& body = "",
               const std::string& headers = "");

  // Reads what comes until the other end closes.
  bool AwaitClose();
  // Ends our side of the connection.
  void EndWriting();

 private:
  bool Fill();

  int socket_;
  std::string input_;
};

}  // namespace mist::http
