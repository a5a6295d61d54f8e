// cpp-httplib writes the replies: its Server derives the status line, the headers and the body from
// a Response. It never reads what a client sent. Its parser decodes percent signs in header values,
// runs recursive regular expressions over Range and multipart headers, trusts a header REMOTE_ADDR
// and limits no chunked body, so it is shown a request of our own making ("GET / HTTP/1.1"), and
// the head is parsed by request_head.cc, the body read by body_reader.cc.
#include "api/http/exchange.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include <httplib.h>

#include "api/http/body_reader.h"
#include "api/http/replies.h"
#include "base/log.h"
#include "base/test_points.h"

namespace mist::http {
namespace {

constexpr std::size_t kGatherBytes = 64 << 10;
constexpr std::size_t kFilePieceBytes = 256 << 10;

// What httplib reads its request from: a request of ours. Where the reply goes is up to the derived
// class.
class RequestStream : public httplib::Stream {
 public:
  explicit RequestStream(std::string_view method)
      : request_(std::string(method == "HEAD" ? "HEAD" : "GET") + " / HTTP/1.1\r\n\r\n") {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* bytes, size_t size) override {
    const std::size_t count = request_.copy(bytes, size, read_);
    read_ += count;
    return static_cast<ssize_t>(count);
  }
  void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  const std::string request_;
  std::size_t read_ = 0;
};

class TextStream final : public RequestStream {
 public:
  using RequestStream::RequestStream;
  ssize_t write(const char* bytes, size_t size) override {
    text_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  const std::string& Text() const { return text_; }

 private:
  std::string text_;
};

// Gathers head and body into one send.
class ConnectionStream final : public RequestStream {
 public:
  ConnectionStream(std::string_view method, Connection& connection, Pace pace, ThreadPool& threads)
      : RequestStream(method), connection_(connection), pace_(pace), threads_(threads) {}

  bool Flush() {
    if (ok_) ok_ = connection_.WriteAll(gathered_, pace_, threads_);
    gathered_.clear();
    return ok_;
  }

  ssize_t write(const char* bytes, size_t size) override {
    gathered_.append(bytes, size);
    if (gathered_.size() >= kGatherBytes) Flush();
    return ok_ ? static_cast<ssize_t>(size) : -1;
  }

 private:
  Connection& connection_;
  Pace pace_;
  ThreadPool& threads_;
  std::string gathered_;
  bool ok_ = true;
};

void FillResponse(const Reply& reply, httplib::Response& response) {
  response.status = reply.status;
  response.set_header("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) response.set_header(name, value);
  if (!reply.file) {
    if (!reply.content_type.empty()) response.set_content(reply.body, reply.content_type);
    return;
  }
  if (reply.file->bytes == 0) {
    response.set_content("", reply.content_type);
    return;
  }
  response.set_content_provider(
      static_cast<std::size_t>(reply.file->bytes), reply.content_type,
      [file = *reply.file](size_t offset, size_t length, httplib::DataSink& sink) {
        const std::string piece = file.file.Read(file.offset + static_cast<std::int64_t>(offset),
                                                 std::min(length, kFilePieceBytes));
        return !piece.empty() && sink.write(piece.data(), piece.size());
      });
}

// Never listens: process_request() is called with one stream and one reply.
class ReplyWriter final : private httplib::Server {
 public:
  ReplyWriter(const Reply& reply, bool keep_alive) {
    svr_sock_ = 0;  // without a socket httplib takes itself for stopping, and leaves out files
    set_pre_routing_handler([&reply](const httplib::Request&, httplib::Response& response) {
      FillResponse(reply, response);
      return HandlerResponse::Handled;
    });
    set_post_routing_handler([keep_alive](const httplib::Request&, httplib::Response& response) {
      response.headers.erase("Keep-Alive");
      if (!keep_alive) response.set_header("Connection", "close");
    });
    // A file that cannot be read to its end breaks the connection; there is no status left to say
    // it with.
    set_exception_handler([](const httplib::Request&, httplib::Response& response,
                             const std::exception_ptr&) { response.status = 500; });
  }

  // False when the reply could not be sent as a whole.
  bool Write(httplib::Stream& stream) {
    bool connection_closed = false;
    try {
      return process_request(stream, false, connection_closed, nullptr);
    } catch (const std::exception& failure) {
      log::Error("http_reply_failed", {{"reason", failure.what()}});
      return false;
    }
  }
};

Fate SendReply(Connection& connection, ThreadPool& threads, const PaceLimits& pace,
               std::string_view method, const Reply& reply, bool keep_alive) {
  ConnectionStream stream(method, connection, Pace(pace, std::chrono::steady_clock::now()),
                          threads);
  const bool written = ReplyWriter(reply, keep_alive).Write(stream);
  PassTestPoint("http-before-reply");
  if (!stream.Flush() || !written) return Fate::kClose;
  PassTestPoint("http-after-reply");
  return keep_alive ? Fate::kKeep : Fate::kDrain;
}

Reply Handle(const Handler& handler, const Request& request) {
  try {
    return handler(request);
  } catch (const std::exception& failure) {
    log::Error("http_request_failed", {{"method", request.method},
                                       {"target", request.target.substr(0, 200)},
                                       {"reason", failure.what()}});
    return FailureReply(failure);
  }
}

// Who asks for a stream sends nothing more before it has begun.
Fate HandOver(Connection& connection, ThreadPool& threads, const PaceLimits& pace,
              const Reply& reply) {
  if (!connection.Input().empty()) {
    const Reply refused = BadRequestReply("Unexpected bytes behind the request for a stream");
    return SendReply(connection, threads, pace, "GET", refused, false);
  }
  try {
    reply.take_over(connection.HandOver(), reply.headers);
  } catch (const std::exception& failure) {
    log::Error("http_stream_failed", {{"reason", failure.what()}});
  }
  return Fate::kClose;
}

// The head of the later request, with what the client said of itself in the first one.
std::string LaterHead(const RequestLine& later, const RequestHead& first) {
  static constexpr std::string_view kOfTheFirst[] = {"Content-Length", "Transfer-Encoding",
                                                     "Content-Type",   "Expect",
                                                     "Connection",     "Idempotency-Key"};
  std::string head = later.method + " " + later.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : first.headers) {
    const bool drop = std::ranges::any_of(
        kOfTheFirst, [&](std::string_view dropped) { return EqualsIgnoringCase(name, dropped); });
    if (!drop) head += name + ": " + value + "\r\n";
  }
  if (!first.keep_alive) head += "Connection: close\r\n";
  return head + "\r\n";
}

}  // namespace

Fate RunExchange(Connection& connection, ThreadPool& threads, const ExchangeLimits& limits,
                 const std::atomic<DoorState>& door, const Handler& handler) {
  const HeadScan scan = connection.ScanHead(limits.head);
  const OrReply<RequestHead> parsed =
      ParseHead(connection.Input().substr(0, scan.bytes), limits.head);
  connection.Consume(scan.bytes);
  if (const Reply* refused = std::get_if<Reply>(&parsed)) {
    return SendReply(connection, threads, limits.pace, "GET", *refused, false);
  }
  const RequestHead& head = std::get<RequestHead>(parsed);
  BodyReader body(connection, head, limits.pace, threads);
  const Request request = {.method = head.method,
                           .target = head.target,
                           .headers = head.headers,
                           .wants_upgrade = head.wants_upgrade,
                           .remote_address = connection.RemoteAddress(),
                           .body = body,
                           .threads = threads};
  const Reply reply = Handle(handler, request);
  const bool body_ended = body.SkipToEnd();
  if (reply.take_over && body_ended) return HandOver(connection, threads, limits.pace, reply);
  const DoorState state = door;
  if (reply.later && body_ended && state == DoorState::kHandingOver) {
    connection.PutBack(LaterHead(*reply.later, head));
    return Fate::kKeep;
  }
  const bool keep_alive = body_ended && head.keep_alive && state != DoorState::kStopping;
  return SendReply(connection, threads, limits.pace, head.method, reply, keep_alive);
}

std::string LastWords(const Reply& reply) {
  TextStream stream("GET");
  ReplyWriter(reply, false).Write(stream);
  return stream.Text();
}

}  // namespace mist::http
