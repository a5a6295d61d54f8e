// One accepted socket and the bytes that came from it and are not used yet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/request_head.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace mist::http {

class ThreadPool;

// How slow the other end may be: after the grace it must have taken or sent so many bytes per
// second on average. A limit per read or write would let one byte at a time hold a thread for ever.
struct PaceLimits {
  std::chrono::milliseconds grace = std::chrono::seconds(20);
  std::int64_t min_bytes_per_second = 4096;
};

// One transfer at its pace.
class Pace {
 public:
  Pace(const PaceLimits& limits, MonoTime start) : limits_(limits), start_(start) {}
  void Moved(std::size_t bytes) { bytes_ += static_cast<std::int64_t>(bytes); }
  // When the next bytes must have moved.
  MonoTime Deadline() const;

 private:
  PaceLimits limits_;
  MonoTime start_;
  std::int64_t bytes_ = 0;
};

enum class [[nodiscard]] ReadOutcome{kSome, kNothingYet, kClosed};

// Owns the socket, which never blocks. Used by one thread at a time, the front's or the one that it
// was lent to; only ShutDown() may come from another.
class Connection {
 public:
  // `input` was received before, by an earlier owner of the socket.
  Connection(int socket, std::string remote_address, std::string input = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int Socket() const { return socket_; }
  const std::string& RemoteAddress() const { return remote_address_; }

  // What was received and not consumed.
  std::string_view Input() const { return input_; }
  void Consume(std::size_t bytes);
  // Puts bytes before what was received: they are read as if the client had sent them first.
  void PutBack(std::string_view bytes);
  // Where the next request's head ends in the input, empty lines before it removed.
  HeadScan ScanHead(const HeadLimits& limits);

  // Takes in what the socket holds now, but no more than fits into max_input_bytes.
  ReadOutcome ReadAvailable(std::size_t max_input_bytes);
  // False when nothing came by then.
  bool AwaitReadable(MonoTime deadline) const;
  // As above, with the calling thread counted as waiting; false also when too many wait already.
  bool AwaitReadable(MonoTime deadline, ThreadPool& threads) const;
  // False when the other end is gone or too slow.
  [[nodiscard]] bool WriteAll(std::string_view bytes, Pace& pace, ThreadPool& threads);
  // Sends what the socket takes at once; for the last words to a client.
  void WriteWithoutWaiting(std::string_view bytes);

  // A descriptor of the same socket for a new owner. From then on the connection ends nothing that
  // is the new owner's: ShutDown() does nothing. Throws Error.
  int HandOver();

  // No more bytes from us; what the other end still sends can be read.
  void EndWriting();
  // Ends both directions, unless the socket was handed over: a thread that waits on it wakes up.
  void ShutDown();

 private:
  const int socket_;
  const std::string remote_address_;
  std::string input_;
  std::size_t scanned_bytes_ = 0;  // of the input, by ScanHead()

  Mutex mu_;
  bool handed_over_ GUARDED_BY(mu_) = false;
};

}  // namespace mist::http
