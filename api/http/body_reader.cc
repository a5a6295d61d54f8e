#include "api/http/body_reader.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "api/http/replies.h"

namespace mist::http {
namespace {

constexpr std::size_t kInputBytes = 64 << 10;
constexpr std::size_t kMaxChunkLineBytes = 256;
constexpr std::size_t kMaxTrailerLineBytes = 4 << 10;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Reply TooLarge(std::int64_t max_bytes) {
  return TextReply(413, "The request content is larger than the limit of " +
                            std::to_string(max_bytes) + " bytes.");
}

// nullopt for anything but one to fifteen hex digits, with or without a chunk extension after them.
std::optional<std::int64_t> ParseChunkSize(std::string_view line) {
  const std::string_view digits = line.substr(0, line.find_first_of("; \t"));
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  const bool complete = error == std::errc() && end == digits.data() + digits.size();
  if (!complete || digits.empty() || digits.front() == '-' || digits.size() > 15)
    return std::nullopt;
  return size;
}

}  // namespace

BodyReader::BodyReader(Connection& connection, const RequestHead& head, const PaceLimits& pace,
                       ThreadPool& threads)
    : connection_(connection),
      head_(head),
      pace_(pace, std::chrono::steady_clock::now()),
      threads_(threads),
      part_(head.chunked ? Part::kChunkSize : Part::kLength),
      left_(head.content_length) {
  if (!head.chunked && left_ == 0) part_ = Part::kEnd;
}

OrReply<std::string_view> BodyReader::Next(std::int64_t max_bytes) {
  if (std::optional<Reply> refused = Begin(max_bytes)) return *refused;
  while (part_ != Part::kEnd) {
    switch (Advance()) {
      case Step::kMoved:
        break;
      case Step::kPiece:
        taken_ += static_cast<std::int64_t>(piece_.size());
        if (taken_ > max_bytes) return Fail(TooLarge(max_bytes));
        return piece_;
      case Step::kNeedsInput:
        if (std::optional<Reply> refused = ReadMore()) return Fail(*refused);
        break;
      case Step::kMalformed:
        return Fail(BadRequestReply("Illegal chunked request content"));
    }
  }
  return std::string_view();
}

std::optional<Reply> BodyReader::Begin(std::int64_t max_bytes) {
  if (part_ == Part::kFailed) return BadRequestReply("The request content cannot be read");
  if (std::exchange(begun_, true) || part_ == Part::kEnd) return std::nullopt;
  const std::string_view encoding = head_.FindHeader("Content-Encoding").value_or("identity");
  if (!EqualsIgnoringCase(encoding, "identity")) {
    return Fail(
        TextReply(415, "The request's Content-Encoding is not supported. Expected:\nidentity"));
  }
  if (!head_.chunked && left_ > max_bytes) return Fail(TooLarge(max_bytes));
  if (head_.expects_continue && connection_.Input().empty()) {
    connection_.WriteWithoutWaiting(kContinue);
  }
  return std::nullopt;
}

std::optional<Reply> BodyReader::ReadMore() {
  for (;;) {
    const std::size_t before = connection_.Input().size();
    switch (connection_.ReadAvailable(kInputBytes)) {
      case ReadOutcome::kSome:
        pace_.Moved(connection_.Input().size() - before);
        return std::nullopt;
      case ReadOutcome::kClosed:
        return BadRequestReply("The request content ended early");
      case ReadOutcome::kNothingYet:
        break;
    }
    if (std::chrono::steady_clock::now() >= pace_.Deadline() ||
        !connection_.AwaitReadable(pace_.Deadline(), threads_)) {
      return TextReply(408, "The request content did not arrive in time.");
    }
  }
}

bool BodyReader::SkipToEnd() {
  while (part_ != Part::kEnd && part_ != Part::kFailed && !head_.expects_continue) {
    const Step step = Advance();
    if (step == Step::kMalformed) return false;
    if (step == Step::kNeedsInput && connection_.ReadAvailable(kInputBytes) != ReadOutcome::kSome) {
      return false;
    }
    if (step == Step::kPiece && (taken_ += static_cast<std::int64_t>(piece_.size())) > (1 << 20)) {
      return false;
    }
  }
  return part_ == Part::kEnd;
}

BodyReader::Step BodyReader::Advance() {
  switch (part_) {
    case Part::kLength:
      return TakeData(Part::kEnd);
    case Part::kChunkSize:
      return TakeChunkSize();
    case Part::kChunkData:
      return TakeData(Part::kChunkEnd);
    case Part::kChunkEnd:
      return TakeChunkEnd();
    case Part::kTrailers:
      return TakeTrailers();
    case Part::kEnd:
    case Part::kFailed:
      break;
  }
  return Step::kMalformed;
}

BodyReader::Step BodyReader::TakeData(Part next) {
  const std::string_view input = connection_.Input();
  if (input.empty()) return Step::kNeedsInput;
  const auto length = static_cast<std::size_t>(
      std::min<std::int64_t>(left_, static_cast<std::int64_t>(input.size())));
  piece_.assign(input.substr(0, length));
  connection_.Consume(length);
  left_ -= static_cast<std::int64_t>(length);
  if (left_ == 0) part_ = next;
  return Step::kPiece;
}

BodyReader::Step BodyReader::TakeChunkSize() {
  const std::optional<std::string> line = TakeLine(kMaxChunkLineBytes);
  if (!line) return line_too_long_ ? Step::kMalformed : Step::kNeedsInput;
  const std::optional<std::int64_t> size = ParseChunkSize(*line);
  if (!size) return Step::kMalformed;
  left_ = *size;
  part_ = left_ == 0 ? Part::kTrailers : Part::kChunkData;
  return Step::kMoved;
}

BodyReader::Step BodyReader::TakeChunkEnd() {
  const std::optional<std::string> line = TakeLine(0);
  if (!line) return line_too_long_ ? Step::kMalformed : Step::kNeedsInput;
  part_ = Part::kChunkSize;
  return Step::kMoved;
}

// Trailing headers are read past; each counts like a piece of the body would, through the pace of
// the connection.
BodyReader::Step BodyReader::TakeTrailers() {
  const std::optional<std::string> line = TakeLine(kMaxTrailerLineBytes);
  if (!line) return line_too_long_ ? Step::kMalformed : Step::kNeedsInput;
  if (line->empty()) part_ = Part::kEnd;
  left_ += static_cast<std::int64_t>(line->size());
  return left_ > static_cast<std::int64_t>(kInputBytes) ? Step::kMalformed : Step::kMoved;
}

// Without its line end. nullopt when the line is not complete, or longer than max_bytes
// (line_too_long_).
std::optional<std::string> BodyReader::TakeLine(std::size_t max_bytes) {
  const std::string_view input = connection_.Input();
  const std::size_t end = input.find("\r\n");
  const std::size_t length = end == std::string_view::npos ? input.size() : end;
  const std::size_t half_of_line_end =
      end == std::string_view::npos && input.ends_with('\r') ? 1 : 0;
  line_too_long_ = length - half_of_line_end > max_bytes;
  if (line_too_long_ || end == std::string_view::npos) return std::nullopt;
  std::string line(input.substr(0, end));
  connection_.Consume(end + 2);
  return line;
}

Reply BodyReader::Fail(Reply reply) {
  part_ = Part::kFailed;
  return reply;
}

}  // namespace mist::http
