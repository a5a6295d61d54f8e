// WebSockets, by Boost.Beast: one text frame for each message. What a client sends is read, since
// its control frames need an answer, and ignored.
#include <array>
#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket.hpp>

#include "api/http/streams/stream_wire.h"

namespace mist::http {
namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

constexpr std::size_t kMaxClientMessage = 64 << 10;  // its fragments together
constexpr std::size_t kMaxClientMinute = 1 << 20;    // of everything that it sends
constexpr std::chrono::seconds kHandshakeTimeout(10);
constexpr std::chrono::seconds kDrainTime(2);

using Handshake = boost::beast::http::request<boost::beast::http::empty_body>;

Handshake HandshakeOf(const StreamRequest& request) {
  Handshake handshake(boost::beast::http::verb::get, request.target, 11);
  for (const auto& [name, value] : request.headers) handshake.insert(name, value);
  return handshake;
}

// The connection of a client, which ends when the client sends too much in a minute: Beast reads on
// through pings and empty fragments, as long as they come, without telling anybody.
class MeteredSocket {
 public:
  using executor_type = asio::ip::tcp::socket::executor_type;

  explicit MeteredSocket(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  executor_type get_executor() { return socket_.get_executor(); }

  template <typename Buffers, typename Token>
  BOOST_ASIO_INITFN_RESULT_TYPE(Token, void(error_code, std::size_t))
  async_read_some(const Buffers& buffers, Token&& token) {
    const auto read = [this, buffers, begun = false](auto& self, error_code error = {},
                                                     std::size_t bytes = 0) mutable {
      if (!std::exchange(begun, true)) return socket_.async_read_some(buffers, std::move(self));
      if (!error && !Take(bytes)) error = websocket::error::message_too_big;
      self.complete(error, bytes);
    };
    return asio::async_compose<Token, void(error_code, std::size_t)>(read, token, socket_);
  }

  template <typename Buffers, typename Token>
  BOOST_ASIO_INITFN_RESULT_TYPE(Token, void(error_code, std::size_t))
  async_write_some(const Buffers& buffers, Token&& token) {
    return socket_.async_write_some(buffers, std::forward<Token>(token));
  }

  // Ends the connection when the client has ended it, or after a moment. To close it while there is
  // something to read would reset it, and the client might lose the reason that was just sent.
  template <typename Token>
  void Drain(Token&& token) {
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    auto drain = std::make_shared<Draining>(socket_.get_executor());
    drain->limit.async_wait([this, drain](error_code error) {
      if (!error && !drain->done) Close();
    });
    const auto read = [this, drain](auto& self, error_code error = {}, std::size_t = 0) {
      if (!error) return async_read_some(asio::buffer(drain->bytes), std::move(self));
      drain->done = true;
      drain->limit.cancel();
      Close();
      self.complete(error_code());
    };
    asio::async_compose<Token, void(error_code)>(read, token, socket_);
  }

  void Close() {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  struct Draining {
    explicit Draining(const executor_type& executor) : limit(executor, kDrainTime) {}
    asio::steady_timer limit;
    bool done = false;
    std::array<char, 4096> bytes;  // nobody looks at them
  };

  bool Take(std::size_t bytes) {
    const auto now = std::chrono::steady_clock::now();
    if (now - minute_ >= std::chrono::minutes(1)) {
      minute_ = now;
      taken_ = 0;
    }
    taken_ += bytes;
    return taken_ <= kMaxClientMinute;
  }

  asio::ip::tcp::socket socket_;
  std::chrono::steady_clock::time_point minute_;  // when the current one began
  std::size_t taken_ = 0;                         // in it
};

// Found by Beast, as is the next one: for a client that does not finish its handshake.
void beast_close_socket(MeteredSocket& socket) {
  socket.Close();
}

// Its own one closes after its first read.
template <typename Handler>
void async_teardown(boost::beast::role_type, MeteredSocket& socket, Handler&& handler) {
  socket.Drain(std::forward<Handler>(handler));
}

class WebSocketWire final : public StreamWire, public std::enable_shared_from_this<WebSocketWire> {
 public:
  WebSocketWire(asio::ip::tcp::socket socket, const StreamRequest& request)
      : handshake_(HandshakeOf(request)), stream_(std::move(socket)) {
    // Without an idle limit: the stream's own keep-alive and stall limit find clients that are
    // gone.
    stream_.set_option(websocket::stream_base::timeout{
        kHandshakeTimeout, websocket::stream_base::none(), /*keep_alive_pings=*/false});
    stream_.read_message_max(kMaxClientMessage);
    stream_.text(true);
  }

  void Open(Then ready, Then gone) override {
    gone_ = std::move(gone);
    stream_.async_accept(handshake_,
                         [self = shared_from_this(), ready = std::move(ready)](error_code error) {
                           if (error) return self->Gone(error);
                           if (self->goodbye_) return self->SayGoodbye();
                           self->ReadAndIgnore();
                           ready();
                         });
  }

  void Send(const StreamMessage& message, Then sent) override {
    text_ = message.json;
    stream_.async_write(asio::buffer(text_), [self = shared_from_this(), sent = std::move(sent)](
                                                 error_code error, std::size_t) {
      if (error) return self->Gone(error);
      sent();
    });
  }

  void Close(StreamEnd end) override {
    gone_ = nullptr;
    if (end == StreamEnd::kGoodbye) {
      goodbye_ = true;  // when the handshake is over, of which the client may know before we do
      if (stream_.is_open()) SayGoodbye();
    } else {
      stream_.next_layer().Close();
    }
  }

  bool IsAtFault() const override { return at_fault_; }

 private:
  // Not waited for: the end of the connection says the same.
  void SayGoodbye() {
    stream_.async_close(websocket::close_reason(websocket::close_code::going_away),
                        [self = shared_from_this()](error_code) {});
  }

  void ReadAndIgnore() {
    stream_.async_read_some(ignored_, kMaxClientMessage,
                            [self = shared_from_this()](error_code error, std::size_t bytes) {
                              if (error) return self->Gone(error);
                              self->ignored_.consume(bytes);
                              self->ReadAndIgnore();
                            });
  }

  void Gone(error_code error) {
    const bool left = error == websocket::error::closed || error == asio::error::eof ||
                      error == asio::error::connection_reset || error == asio::error::broken_pipe ||
                      error == asio::error::operation_aborted;
    at_fault_ = at_fault_ || !left;
    if (const Then gone = std::exchange(gone_, nullptr)) gone();
  }

  const Handshake handshake_;
  websocket::stream<MeteredSocket> stream_;
  std::string text_;  // on its way
  boost::beast::flat_buffer ignored_;
  bool at_fault_ = false;
  bool goodbye_ = false;
  Then gone_;
};

}  // namespace

std::shared_ptr<StreamWire> MakeWebSocketWire(asio::ip::tcp::socket socket,
                                              const StreamRequest& request) {
  return std::make_shared<WebSocketWire>(std::move(socket), request);
}

}  // namespace mist::http
