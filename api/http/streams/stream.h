// One client's stream: what it is sent next, and when it has had enough time.
//
// A stream holds a position in the event feed and reads on when the message before is out. Log
// lines come as they are written. Those of one job also stand in its file, so a stream of one job
// that comes late, or whose queue was full, reads the gap there; a stream of all jobs cannot, and
// is dropped when its client is too slow for them. Of progress a client gets the newest. Runs on
// the thread of the stream server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/http/streams/stream_server.h"
#include "api/http/streams/stream_wire.h"

namespace mist::http {

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  enum class Ended { kClientLeft, kDropped };

  Stream(boost::asio::io_context& io, const StreamOptions& options, const EventFeed& feed,
         const JobLogs& logs, StreamRequest request, std::shared_ptr<StreamWire> wire);

  // Once. `ended` is called once, unless Close() was.
  void Open(std::function<void(Ended)> ended);
  // There are new events.
  void Wake() { Continue(); }
  // Ignored when the stream has no logs, or those of another job.
  void Offer(const std::shared_ptr<const WrittenLines>& written);
  // Ignored when the stream tells no progress, or that of another job.
  void Offer(const ToldProgress& told);
  // Lines of all jobs were lost before they got here.
  void LinesWereLost();
  void Close();
  void Cut() { wire_->Close(StreamEnd::kCut); }  // after Close(), of a client that does not answer

 private:
  void Continue();
  void Send(StreamMessage message);
  std::optional<StreamMessage> Next();
  std::optional<StreamMessage> NextEvent();
  std::optional<StreamMessage> NextLines();
  std::optional<StreamMessage> LinesFromFile(std::int64_t end);
  StreamMessage LinesMessage(const WrittenLines& written);
  void ReadPage();
  void AwaitDeadline();
  void OnDeadline();
  MonoTime Deadline() const;
  void Drop(const char* reason);
  void End(Ended how);

  boost::asio::io_context& io_;
  const StreamOptions& options_;
  const EventFeed& feed_;
  const JobLogs& logs_;
  const StreamRequest request_;
  const std::shared_ptr<StreamWire> wire_;
  std::function<void(Ended)> ended_;  // empty: it has ended

  StreamPosition position_;  // what the client has, with the message under way
  EventNumber read_through_ = 0;
  std::deque<JobEvent> page_;                      // read and not sent
  std::shared_ptr<const SparkProgress> progress_;  // the newest, not sent
  std::deque<std::shared_ptr<const WrittenLines>> lines_;
  std::size_t lines_bytes_ = 0;
  std::int64_t log_end_ = 0;  // of one job's log: as far as it is known to reach
  LogLine last_line_;         // read from the file
  bool lines_first_ = false;  // events and lines take turns

  boost::asio::steady_timer timer_;
  bool open_ = false;
  bool sending_ = false;
  MonoTime last_sent_{};  // or begun to
};

}  // namespace mist::http
