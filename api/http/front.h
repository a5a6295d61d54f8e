// The door itself: accepts connections, keeps the idle ones, and lends a thread only to a complete
// request head.
//
// One front thread owns every connection that has nothing to do: thousands of idle keep-alive
// connections, and clients that drip in a request head byte by byte, cost a file descriptor and no
// thread. When a head is complete the connection is lent to the thread pool, which runs the request
// (exchange.h), and any that follow at once on the same connection, and gives it back. Bodies and
// replies are paced (PaceLimits), heads and idle connections have deadlines here.
//
// Refused alternative: cpp-httplib's own listener. It gives each connection a thread for as long as
// it lives (8 idle clients stop the ninth), has a backlog of 5, and sets SO_REUSEPORT, so that a
// second master binds the same port in silence.
//
// A request for a stream (WebSocket, server-sent events) is a head like any other. Its route
// answers with Reply::take_over, and RunExchange() hands the socket to another owner (streams/).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api/http/connection.h"
#include "api/http/exchange.h"
#include "api/http/thread_pool.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"

namespace mist::http {

struct FrontOptions {
  std::string host = "127.0.0.1";  // address or name to bind
  std::uint16_t port = 2004;       // 0: any free one, see Port()
  std::size_t max_connections = 10'000;
  std::chrono::milliseconds head_timeout =
      std::chrono::seconds(10);  // from its first byte to its last
  std::chrono::milliseconds idle_timeout = std::chrono::minutes(10);  // between requests
  ExchangeLimits limits;
  ThreadPoolOptions threads;
};

// A connection without an owner: its socket, and what was received and not used yet.
struct HeldConnection {
  FileHandle socket;
  std::string remote_address;
  std::string input;
};

// What a front gives to its successor, which may be in another program.
struct HeldDoor {
  FileHandle listener;
  std::vector<HeldConnection> connections;
};

// Start and Stop from one thread; both may be called again and then do nothing.
class Front {
 public:
  // The handler lives as long as the front, and is called by many threads at once.
  Front(FrontOptions options, Handler handler);
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // Listens and serves. Throws Error when the address cannot be bound. With `held`, goes on where
  // another front has stopped: at its address, with its connections.
  void Start(HeldDoor held = {});

  // Accepts nothing more, closes idle connections, lets running requests end until the grace is
  // over and then cuts their connections. Returns when every handler has returned: one that waits
  // for a job must be answered by the service.
  void Stop(std::chrono::milliseconds grace);

  // Instead of Stop(): accepts and reads nothing more, lets running requests end, and gives away
  // what is open then. Clients notice a pause; those that connect meanwhile wait in the listener's
  // queue. `begun` is called once that holds, to wake requests that wait for something: they go on
  // with the next owner (Reply::later). Requests that run when the grace is over are cut. Streams
  // stay with their owner.
  HeldDoor HandOver(std::chrono::milliseconds grace, const std::function<void()>& begun);

  // The port that is bound; 0 before Start().
  std::uint16_t Port() const { return bound_port_; }

 private:
  enum class State { kIdle, kReadingHead, kLent, kDraining, kHeld };
  struct Entry {
    std::shared_ptr<Connection> connection;
    State state = State::kIdle;
    std::optional<MonoTime> deadline;
  };
  struct Returned {
    int socket = -1;
    Fate fate = Fate::kClose;
  };

  void BeginEnd(DoorState state, std::chrono::milliseconds grace) EXCLUDES(mu_);
  void AwaitEnd();

  // The front thread.
  void Loop();
  void TakeEvents();
  int MillisToNextDeadline() const;
  void AcceptAll();
  bool MakeRoom();
  Entry* Admit(int socket, std::string remote_address, std::string input = {});
  void OnReadable(int socket);
  void ReadHead(Entry& entry);
  void ActOnInput(Entry& entry);
  void DiscardInput(Entry& entry);
  void Park(Entry& entry, State state, std::chrono::milliseconds timeout);
  void Lend(Entry& entry);
  void Refuse(Entry& entry, const Reply& reply);
  void Close(Entry& entry);
  void TakeReturned() EXCLUDES(mu_);
  void CloseExpired();
  void AdvanceStop() EXCLUDES(mu_);
  bool HasEnded() const;
  void CloseParked();
  void Hold(Entry& entry);
  void SetDeadline(Entry& entry, std::optional<MonoTime> deadline);
  void Watch(Entry& entry, bool watch);
  void SetAccepting(bool accepting);

  // Threads of the pool.
  void Serve(Connection& connection);
  bool NextHeadIsHere(Connection& connection);
  void Return(Returned returned) EXCLUDES(mu_);

  void Wake();

  const FrontOptions options_;  // constant after construction
  const Handler handler_;
  std::uint16_t bound_port_ = 0;  // constant after Start()
  int listener_ = -1;             // this and the two below: constant while the front thread runs
  int epoll_ = -1;
  int wake_event_ = -1;

  std::map<int, Entry> connections_;              // by socket; front thread
  std::set<std::pair<MonoTime, int>> deadlines_;  // of parked connections; front thread
  bool accepting_ = false;                        // front thread
  bool stop_begun_ = false;                       // front thread

  std::atomic<DoorState> door_ = DoorState::kOpen;
  mutable Mutex mu_;
  std::vector<Returned> returned_ GUARDED_BY(mu_);
  MonoTime stop_deadline_ GUARDED_BY(mu_) = {};

  std::optional<ThreadPool> threads_;  // set by Start()
  std::thread loop_;
};

}  // namespace mist::http
