// One request and its reply on one connection.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "api/http/connection.h"
#include "api/http/request.h"
#include "api/http/request_head.h"
#include "api/http/thread_pool.h"

namespace mist::http {

// Called on a thread of the pool. What it throws becomes a 5xx and a line in the log.
using Handler = std::function<Reply(const Request& request)>;

struct ExchangeLimits {
  HeadLimits head;
  PaceLimits pace;  // of bodies and of replies
};

// Of the door as a whole. It only moves forward.
enum class DoorState {
  kOpen,
  kHandingOver,  // the connections will go on with another owner: none is ended now
  kStopping,     // a reply that is ready now is its connection's last
};

enum class [[nodiscard]] Fate{
    kKeep,   // the next request may follow
    kDrain,  // a last reply was sent and the client may still be sending: read that away, then
             // close
    kClose,  // the other end is gone
};

// Expects a complete head in the connection's input. Blocks on the handler and on the client.
Fate RunExchange(Connection& connection, ThreadPool& threads, const ExchangeLimits& limits,
                 const std::atomic<DoorState>& door, const Handler& handler);

// A reply that needs no handler and no waiting, as bytes: for connections that never got a thread.
std::string LastWords(const Reply& reply);

}  // namespace mist::http
