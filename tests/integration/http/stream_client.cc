#include "tests/integration/http/stream_client.h"

#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/field.hpp>
#include <sys/socket.h>
#include <sys/time.h>

namespace mist::http {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;

void Connect(asio::ip::tcp::socket& socket, std::uint16_t port) {
  socket.connect({asio::ip::make_address("127.0.0.1"), port});
  const timeval limit{30, 0};
  setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

}  // namespace

WebSocketClient::WebSocketClient(std::uint16_t port, const std::string& target,
                                 const std::string& origin)
    : stream_(io_) {
  Connect(stream_.next_layer(), port);
  if (!origin.empty()) {
    stream_.set_option(
        websocket::stream_base::decorator([origin](websocket::request_type& request) {
          request.set(boost::beast::http::field::origin, origin);
        }));
  }
  stream_.handshake("127.0.0.1", target);
}

std::string WebSocketClient::Next() {
  boost::beast::flat_buffer buffer;
  stream_.read(buffer);
  return {static_cast<const char*>(buffer.cdata().data()), buffer.size()};
}

std::uint16_t WebSocketClient::AwaitClose() {
  boost::system::error_code error;
  while (!error) {
    boost::beast::flat_buffer buffer;
    stream_.read(buffer, error);
  }
  return stream_.reason().code;
}

EventStreamClient::EventStreamClient(std::uint16_t port, const std::string& target,
                                     const std::string& headers)
    : socket_(io_) {
  Connect(socket_, port);
  asio::write(socket_, asio::buffer("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers +
                                    "\r\n"));
  head_ = ReadUntil("\r\n\r\n");
}

ServerSentEvent EventStreamClient::Next() {
  for (;;) {
    ServerSentEvent event;
    const std::string text = ReadUntil("\n\n");
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = text.find('\n', begin);
      const std::string line = text.substr(begin, end - begin);
      if (line.starts_with("id: ")) event.id = last_id_ = line.substr(4);
      if (line.starts_with("data: ")) event.data = line.substr(6);
      begin = end + 1;
    }
    if (!event.data.empty()) return event;
  }
}

bool EventStreamClient::AwaitEnd() {
  boost::system::error_code error;
  char byte = 0;
  while (!error) socket_.read_some(asio::buffer(&byte, 1), error);
  return error == asio::error::eof || error == asio::error::connection_reset;
}

std::string EventStreamClient::ReadUntil(const std::string& end) {
  const std::size_t bytes = asio::read_until(socket_, asio::dynamic_buffer(input_), end);
  const std::string text = input_.substr(0, bytes);
  input_.erase(0, bytes);
  return text;
}

}  // namespace mist::http
