// Listens for workers and serves each connection on a thread of its own.
//
// Thrift's own TThreadedServer is not used: one failed accept (no descriptors left) ends it for
// good, its sockets leak into child processes, a peer that connects and stays silent keeps its
// thread, and its counters end a connection after 100 MiB.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"

namespace mist {

struct ConnectionServerOptions {
  std::string address = "127.0.0.1";   // name or number; loopback unless configured
  std::uint16_t port = 0;              // 0: the system chooses, Port() tells
  std::size_t max_connections = 4096;  // further ones are closed at once
  Millis first_call_within{
      10'000};  // a connection that has not proved to be a worker's by then is closed
};

// One accepted connection, while it is served.
struct Connection {
  int socket = -1;                      // the server's: it is only shut down or closed there
  std::string peer;                     // host:port
  std::function<void()> authenticated;  // lifts the deadline
};

// Start() and Stop() from one thread; Stop() returns when all threads have ended.
class ConnectionServer {
 public:
  // Serves the connection until it ends; returns soon after the socket was shut down, and throws
  // nothing.
  using Serve = std::function<void(const Connection&)>;

  ConnectionServer(ConnectionServerOptions options, Serve serve);
  ~ConnectionServer();
  ConnectionServer(const ConnectionServer&) = delete;
  ConnectionServer& operator=(const ConnectionServer&) = delete;

  // Throws Error (kInvalidConfig, kIo): the address cannot be bound.
  void Start();
  void Stop() EXCLUDES(mu_);

  // Valid after Start().
  std::uint16_t Port() const { return port_; }

 private:
  struct Open {
    FileHandle socket;
    std::optional<MonoTime> deadline;  // for the first call; none once it has been made
    bool done = false;
    std::thread thread;
  };

  void Listen();
  void AcceptLoop();
  void AcceptOne();
  void Begin(FileHandle socket, std::string peer) EXCLUDES(mu_);
  void ReapEnded() EXCLUDES(mu_);
  void ShutLateOnes(MonoTime now) EXCLUDES(mu_);
  int MillisToNextDeadline(MonoTime now) const EXCLUDES(mu_);
  void Wake();

  const ConnectionServerOptions options_;
  const Serve serve_;
  FileHandle listener_;  // these three are constant between Start() and Stop()
  FileHandle wake_;      // eventfd
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable Mutex mu_;
  std::list<Open> open_ GUARDED_BY(mu_);
  std::thread accepter_;
};

}  // namespace mist
