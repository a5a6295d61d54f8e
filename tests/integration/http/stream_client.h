// Clients of streams. Every read throws when nothing comes for 30 seconds.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

namespace mist::http {

class WebSocketClient {
 public:
  // `target` such as /v2/api/ws/all. Throws when the server does not accept.
  WebSocketClient(std::uint16_t port, const std::string& target, const std::string& origin = "");

  std::string Next();  // the next text
  // The code with which the server closes; texts before it are passed over.
  std::uint16_t AwaitClose();

  boost::beast::websocket::stream<boost::asio::ip::tcp::socket>& Stream() { return stream_; }

 private:
  boost::asio::io_context io_;
  boost::beast::websocket::stream<boost::asio::ip::tcp::socket> stream_;
};

struct ServerSentEvent {
  std::string id;  // empty: none
  std::string data;
};

class EventStreamClient {
 public:
  EventStreamClient(std::uint16_t port, const std::string& target, const std::string& headers = "");

  const std::string& Head() const { return head_; }
  // The next event that has data, and the id that stood without data before the first.
  ServerSentEvent Next();
  // What a browser would send after a cut.
  const std::string& LastId() const { return last_id_; }
  bool AwaitEnd();

 private:
  std::string ReadUntil(const std::string& end);

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::string input_;
  std::string head_;
  std::string last_id_;
};

}  // namespace mist::http
