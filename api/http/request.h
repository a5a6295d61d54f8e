// A request and its reply as the routes see them: nothing of sockets, nothing of the HTTP library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/http/shared_file.h"

namespace mist::http {

class ThreadPool;

using Header = std::pair<std::string, std::string>;

struct RequestLine {
  std::string method;
  std::string target;  // path and query, percent-encoded
};

struct FileBody {
  SharedFile file;
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
};

// Takes a connection away from the front: owns the socket (non-blocking, nothing read ahead) from
// the call on. `headers` are those of the reply that was to carry it.
using TakeOver = std::function<void(int socket, const std::vector<Header>& headers)>;

struct Reply {
  int status = 200;
  std::string content_type = {};  // empty: no body
  std::string body = {};
  std::vector<Header> headers = {};
  std::optional<FileBody> file = {};  // instead of `body`
  TakeOver take_over = {};            // instead of everything but the headers
  // The request that will be answered once what this one waited for has come. When the master hands
  // its connections over (Front::HandOver) the client gets that answer instead of this reply.
  std::optional<RequestLine> later = {};
};

// A value, or the reply that says why there is none.
template <typename Value>
using OrReply = std::variant<Value, Reply>;

// The bytes of a request's body as they arrive, already freed of their transfer encoding.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // The next piece, valid until the next call; empty at the end. `max_bytes` limits the body as a
  // whole: beyond it the answer is 413. Blocks on the client, within the limits of slowness. After
  // a Reply there is nothing more to read.
  virtual OrReply<std::string_view> Next(std::int64_t max_bytes) = 0;
};

struct Request {
  std::string method;  // as sent
  std::string target;  // as sent: path and query
  std::vector<Header> headers;
  bool wants_upgrade = false;  // a WebSocket handshake
  std::string remote_address;
  BodySource& body;
  ThreadPool& threads;  // whose thread runs the request: a route that will wait long says so there

  // The first header of that name, compared without case.
  std::optional<std::string_view> FindHeader(std::string_view name) const;
};

// Both are compared without regard to ASCII case.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

}  // namespace mist::http
