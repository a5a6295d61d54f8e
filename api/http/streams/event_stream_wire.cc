// Server-sent events: a reply without an end. Each message carries its position as id, so that a
// browser's EventSource goes on by itself where it was cut.
#include <array>
#include <utility>

#include <boost/asio/write.hpp>

#include "api/http/streams/stream_wire.h"

namespace mist::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// After a cut a browser waits so long before it comes again.
constexpr char kRetry[] = "retry: 1000\n";

class EventStreamWire final : public StreamWire,
                              public std::enable_shared_from_this<EventStreamWire> {
 public:
  EventStreamWire(asio::ip::tcp::socket socket, const StreamRequest& request,
                  const std::vector<Header>& reply_headers)
      : socket_(std::move(socket)) {
    bytes_ =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\nConnection: close\r\n";
    for (const auto& [name, value] : reply_headers) bytes_ += name + ": " + value + "\r\n";
    // An id without data is remembered and not shown.
    bytes_ += "\r\n" + std::string(kRetry) + "id: " + request.position.ToText() + "\n\n";
  }

  void Open(Then ready, Then gone) override {
    gone_ = std::move(gone);
    Write(std::move(ready));
    AwaitEnd();
  }

  void Send(const StreamMessage& message, Then sent) override {
    bytes_.clear();
    if (message.position) bytes_ += "id: " + message.position->ToText() + "\n";
    bytes_ += "data: " + message.json + "\n\n";  // compact JSON: one line
    Write(std::move(sent));
  }

  void Close(StreamEnd /*end*/) override {
    gone_ = nullptr;
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  bool IsAtFault() const override { return false; }

 private:
  void Write(Then then) {
    asio::async_write(
        socket_, asio::buffer(bytes_),
        [self = shared_from_this(), then = std::move(then)](error_code error, std::size_t) {
          if (error) return self->Gone();
          then();
        });
  }

  // A client has nothing more to say; when it closes, reading ends.
  void AwaitEnd() {
    socket_.async_read_some(asio::buffer(ignored_),
                            [self = shared_from_this()](error_code error, std::size_t) {
                              if (error) return self->Gone();
                              self->AwaitEnd();
                            });
  }

  void Gone() {
    if (const Then gone = std::exchange(gone_, nullptr)) gone();
  }

  asio::ip::tcp::socket socket_;
  std::string bytes_;  // on their way
  std::array<char, 512> ignored_{};
  Then gone_;
};

}  // namespace

std::shared_ptr<StreamWire> MakeEventStreamWire(asio::ip::tcp::socket socket,
                                                const StreamRequest& request,
                                                const std::vector<Header>& reply_headers) {
  return std::make_shared<EventStreamWire>(std::move(socket), request, reply_headers);
}

}  // namespace mist::http
