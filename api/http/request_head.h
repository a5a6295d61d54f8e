// The head of an HTTP/1.x request: request line and headers, parsed strictly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/http/request.h"

namespace mist::http {

struct HeadLimits {
  std::size_t max_head_bytes = 16 << 10;   // request line and headers
  std::size_t max_target_bytes = 8 << 10;  // path and query (Mist 1.1 took 2 KiB)
  std::size_t max_header_count = 100;
};

// Where in a buffer the head ends, as far as one can tell yet.
struct HeadScan {
  enum class State { kIncomplete, kComplete, kTargetTooLong, kHeadTooLarge, kMalformed };
  State state = State::kIncomplete;
  std::size_t bytes = 0;  // kComplete: length of the head with its empty line
};

// `seen` bytes of the buffer were scanned before without an end: so a head that drips in costs no
// more than one that comes at once.
HeadScan ScanHead(std::string_view buffer, std::size_t seen, const HeadLimits& limits);

struct RequestHead {
  std::string method;
  std::string target;
  std::vector<Header> headers;

  bool keep_alive = true;
  bool expects_continue = false;
  bool wants_upgrade = false;  // a WebSocket handshake
  bool chunked = false;
  std::int64_t content_length = 0;

  std::optional<std::string_view> FindHeader(std::string_view name) const;
};

// Refused with 400: what two programs could read differently (two lengths, a length and chunks,
// folded headers, blanks before a colon, control characters). 501 for transfer encodings other than
// chunked, 505 for other versions.
OrReply<RequestHead> ParseHead(std::string_view head, const HeadLimits& limits);

}  // namespace mist::http
