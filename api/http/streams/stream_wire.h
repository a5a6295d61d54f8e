// How one stream looks on the wire: a WebSocket or server-sent events. Everything here runs on the
// thread of the stream server.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "api/http/streams/stream_request.h"

namespace mist::http {

struct StreamMessage {
  std::string json;
  std::optional<StreamPosition> position;  // of a client that has it
};

enum class StreamEnd {
  kGoodbye,  // says so, and leaves the client a moment to answer
  kCut,      // at once
};

// Shared with its own running operations. `gone` is called once, when the client has left or has
// broken the protocol; after Close() nothing is called any more.
class StreamWire {
 public:
  using Then = std::function<void()>;

  virtual ~StreamWire() = default;
  // Answers the request, then calls `ready` or `gone`.
  virtual void Open(Then ready, Then gone) = 0;
  // One at a time; `sent` when the next may follow.
  virtual void Send(const StreamMessage& message, Then sent) = 0;
  virtual void Close(StreamEnd end) = 0;
  // Whether the client broke the rules, once it is gone.
  virtual bool IsAtFault() const = 0;
};

std::shared_ptr<StreamWire> MakeWebSocketWire(boost::asio::ip::tcp::socket socket,
                                              const StreamRequest& request);
std::shared_ptr<StreamWire> MakeEventStreamWire(boost::asio::ip::tcp::socket socket,
                                                const StreamRequest& request,
                                                const std::vector<Header>& reply_headers);

}  // namespace mist::http
