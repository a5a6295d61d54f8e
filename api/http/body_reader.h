// Reads one request's body from its connection: by length or in chunks, counted, and not slower
// than allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/http/connection.h"
#include "api/http/request.h"
#include "api/http/request_head.h"

namespace mist::http {

// Bodies with a Content-Encoding are refused (415): no client of Mist sends them, and a small
// compressed body can stand for a huge one.
class BodyReader final : public BodySource {
 public:
  BodyReader(Connection& connection, const RequestHead& head, const PaceLimits& pace,
             ThreadPool& threads);

  OrReply<std::string_view> Next(std::int64_t max_bytes) override;

  // True when the next byte of the connection belongs to the next request. Takes what is left of
  // the body if it has arrived already, so that a refusal need not cost the client its connection.
  bool SkipToEnd();

 private:
  enum class Part { kLength, kChunkSize, kChunkData, kChunkEnd, kTrailers, kEnd, kFailed };

  std::optional<Reply> Begin(std::int64_t max_bytes);
  std::optional<Reply> ReadMore();
  // Each moves on by one part, or says that it needs more input.
  enum class [[nodiscard]] Step{kMoved, kPiece, kNeedsInput, kMalformed};
  Step Advance();
  Step TakeData(Part next);
  Step TakeChunkSize();
  Step TakeChunkEnd();
  Step TakeTrailers();
  std::optional<std::string> TakeLine(std::size_t max_bytes);
  Reply Fail(Reply reply);

  Connection& connection_;
  const RequestHead& head_;
  Pace pace_;
  ThreadPool& threads_;
  Part part_;
  bool begun_ = false;
  bool line_too_long_ = false;
  std::int64_t left_;  // bytes of the body or of the current chunk that are still to come
  std::int64_t taken_ = 0;
  std::string piece_;
};

}  // namespace mist::http
