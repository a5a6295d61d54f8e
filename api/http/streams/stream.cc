#include "api/http/streams/stream.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "api/json/event_json.h"
#include "base/log.h"
#include "base/test_points.h"

namespace mist::http {
namespace {

constexpr std::size_t kPageEvents = 256;
// Longer than any line that a log holds.
constexpr std::size_t kFilePieceBytes = 4 << 20;

MonoTime Now() {
  return std::chrono::steady_clock::now();
}

std::size_t BytesOf(const WrittenLines& written) {
  return static_cast<std::size_t>(written.span.end - written.span.begin);
}

}  // namespace

Stream::Stream(boost::asio::io_context& io, const StreamOptions& options, const EventFeed& feed,
               const JobLogs& logs, StreamRequest request, std::shared_ptr<StreamWire> wire)
    : io_(io),
      options_(options),
      feed_(feed),
      logs_(logs),
      request_(std::move(request)),
      wire_(std::move(wire)),
      position_(request_.position),
      read_through_(position_.event),
      timer_(io) {}

void Stream::Open(std::function<void(Ended)> ended) {
  ended_ = std::move(ended);
  if (position_.log_offset) log_end_ = logs_.Size(*request_.job);
  last_sent_ = Now();
  sending_ = true;  // the handshake
  AwaitDeadline();
  wire_->Open(
      [self = shared_from_this()] {
        self->open_ = true;
        self->sending_ = false;
        self->Continue();
      },
      [self = shared_from_this()] {
        self->End(self->wire_->IsAtFault() ? Ended::kDropped : Ended::kClientLeft);
      });
}

void Stream::Offer(const std::shared_ptr<const WrittenLines>& written) {
  if (!request_.with_logs || (request_.job && written->job != *request_.job)) return;
  lines_.push_back(written);
  lines_bytes_ += BytesOf(*written);
  if (request_.job) log_end_ = std::max(log_end_, written->span.end);
  if (lines_bytes_ > options_.max_waiting_line_bytes) LinesWereLost();
  Continue();
}

void Stream::Offer(const ToldProgress& told) {
  if (!request_.with_progress || told.job != *request_.job) return;
  progress_ = told.progress;
  Continue();
}

void Stream::LinesWereLost() {
  if (!request_.with_logs) return;
  if (!request_.job) return Drop("it takes log lines too slowly");
  lines_.clear();  // they are in the file
  lines_bytes_ = 0;
  log_end_ = logs_.Size(*request_.job);
}

void Stream::Close() {
  ended_ = nullptr;
  timer_.cancel();
  wire_->Close(StreamEnd::kGoodbye);
}

// ---- what comes next
// ------------------------------------------------------------------------------

void Stream::Continue() {
  if (!open_ || sending_ || !ended_) return;
  try {
    if (auto message = Next()) Send(std::move(*message));
  } catch (const std::exception& failure) {
    log::Error("http_stream_failed", {{"reason", failure.what()}});
    Drop("events or log lines cannot be read");
  }
}

void Stream::Send(StreamMessage message) {
  sending_ = true;
  last_sent_ = Now();
  PassTestPoint("stream-before-send");
  wire_->Send(message, [self = shared_from_this()] {
    self->sending_ = false;
    self->Continue();
  });
}

// Progress comes first: it is told seldom enough to hold nothing up.
std::optional<StreamMessage> Stream::Next() {
  if (const auto progress = std::exchange(progress_, nullptr))
    return StreamMessage{ProgressEventJson({*request_.job, progress}), std::nullopt};
  lines_first_ = !lines_first_;
  auto message = lines_first_ ? NextLines() : NextEvent();
  if (!message) message = lines_first_ ? NextEvent() : NextLines();
  return message;
}

std::optional<StreamMessage> Stream::NextEvent() {
  if (page_.empty()) ReadPage();
  if (page_.empty()) return std::nullopt;
  const JobEvent event = std::move(page_.front());
  page_.pop_front();
  position_.event = event.number;
  return StreamMessage{EventJson(event), position_};
}

void Stream::ReadPage() {
  if (feed_.Last() <= read_through_) return;
  EventFeed::Page page = feed_.After(read_through_, request_.job, kPageEvents);
  const bool moved = page.through > read_through_;
  read_through_ = std::max(read_through_, page.through);
  page_.assign(std::make_move_iterator(page.events.begin()),
               std::make_move_iterator(page.events.end()));
  if (!page_.empty() || !moved) return;
  // Nothing for this stream on a whole page: let others have their turn before the next one.
  position_.event = read_through_;
  boost::asio::post(io_, [self = shared_from_this()] { self->Continue(); });
}

std::optional<StreamMessage> Stream::NextLines() {
  if (!request_.job) {
    if (lines_.empty()) return std::nullopt;
    const auto written = std::move(lines_.front());
    lines_.pop_front();
    lines_bytes_ -= BytesOf(*written);
    return StreamMessage{LogsEventJson(*written), std::nullopt};
  }
  if (!position_.log_offset) return std::nullopt;
  const std::int64_t sent = *position_.log_offset;
  while (!lines_.empty() && lines_.front()->span.begin < sent) {  // read from the file meanwhile
    lines_bytes_ -= BytesOf(*lines_.front());
    lines_.pop_front();
  }
  if (lines_.empty() || lines_.front()->span.begin > sent) {
    const std::int64_t end = lines_.empty() ? log_end_ : lines_.front()->span.begin;
    return sent < end ? LinesFromFile(end) : std::nullopt;
  }
  const auto written = std::move(lines_.front());
  lines_.pop_front();
  lines_bytes_ -= BytesOf(*written);
  return LinesMessage(*written);
}

// From what the client has up to `end`, or a large piece of it.
std::optional<StreamMessage> Stream::LinesFromFile(std::int64_t end) {
  const std::int64_t begin = *position_.log_offset;
  const auto wanted = std::min<std::int64_t>(end - begin, kFilePieceBytes);
  const auto chunk = logs_.Read(*request_.job, begin, static_cast<std::size_t>(wanted));
  const std::size_t whole_lines = chunk ? chunk->bytes.rfind('\n') + 1 : 0;
  // The size of a file that is just being written may end within a line: the rest is told later.
  const bool in_a_line = whole_lines == 0 && chunk && !chunk->bytes.empty();
  if (in_a_line && chunk->bytes.size() < kFilePieceBytes) return std::nullopt;
  if (whole_lines == 0) {  // the file was taken away
    position_.log_offset = end;
    return std::nullopt;
  }
  WrittenLines written{
      *request_.job,
      ParseLogLines(*request_.job, std::string_view(chunk->bytes).substr(0, whole_lines),
                    last_line_),
      {begin, begin + static_cast<std::int64_t>(whole_lines)}};
  last_line_ = {written.lines.back().time, written.lines.back().level, "", std::nullopt};
  return LinesMessage(written);
}

StreamMessage Stream::LinesMessage(const WrittenLines& written) {
  position_.log_offset = written.span.end;
  return {LogsEventJson(written), position_};
}

// ---- time
// -----------------------------------------------------------------------------------------

MonoTime Stream::Deadline() const {
  return last_sent_ + (sending_ ? options_.stall_timeout : options_.keep_alive);
}

void Stream::AwaitDeadline() {
  // A message that is sent meanwhile moves the deadline to another limit, but not the timer.
  const auto soon = Now() + std::min(options_.keep_alive, options_.stall_timeout);
  timer_.expires_at(std::min(Deadline(), soon));
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->ended_) self->OnDeadline();
  });
}

void Stream::OnDeadline() {
  if (Now() >= Deadline()) {
    if (sending_) return Drop("it takes nothing");
    Send({kKeepAliveJson, std::nullopt});
  }
  AwaitDeadline();
}

// ---- ends
// -----------------------------------------------------------------------------------------

void Stream::Drop(const char* reason) {
  if (!ended_) return;
  log::Warn("http_stream_dropped",
            {{"job", request_.job ? request_.job->value : "all"}, {"reason", reason}});
  wire_->Close(StreamEnd::kCut);
  End(Ended::kDropped);
}

void Stream::End(Ended how) {
  timer_.cancel();
  if (const auto ended = std::exchange(ended_, nullptr)) ended(how);
}

}  // namespace mist::http
