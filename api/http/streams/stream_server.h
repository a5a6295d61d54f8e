// Streams of events to clients: WebSockets and server-sent events.
//
// A connection whose request asks for a stream leaves the front and is served here, by one thread
// for all of them. Each stream reads the event feed at its own pace (stream.h), so thousands of
// slow ones take no memory; one that takes nothing at all for a while is dropped and counted.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "api/http/streams/stream_request.h"
#include "master/events/event_feed.h"
#include "master/logs/job_logs.h"

namespace mist::http {

struct StreamOptions {
  std::size_t max_streams = 1'000;
  std::chrono::milliseconds keep_alive = std::chrono::minutes(1);  // said when nothing else was
  std::chrono::milliseconds stall_timeout =
      std::chrono::seconds(30);  // a client that takes nothing for so long is dropped
  // Log lines that wait for one client. Beyond it a stream of one job reads the log's file instead;
  // one of all jobs is dropped.
  std::size_t max_waiting_line_bytes = 8 << 20;
};

struct StreamCounts {
  std::size_t open = 0;
  std::uint64_t dropped = 0;  // since the start: too slow, or sent what nobody may send
};

// Start and Stop from one thread, idempotent; the rest from any thread.
class StreamServer {
 public:
  StreamServer(StreamOptions options, EventFeed& feed, JobLogs& logs);
  ~StreamServer();
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

  void Start();
  // Says goodbye to every client and returns when the thread has ended.
  void Stop();

  // Owns the socket. Beyond max_streams, and after Stop(), it is closed at once.
  void Take(int socket, StreamRequest request, std::vector<Header> reply_headers);
  bool IsFull() const;
  StreamCounts Counts() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace mist::http
