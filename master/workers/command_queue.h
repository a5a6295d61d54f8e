// The commands for one worker on their way to its long poll. Commands are numbered from 1 without
// gaps within a session and are handed out again until they are confirmed, so that none is lost
// with a connection.
#pragma once

#include <cstdint>
#include <deque>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "worker_protocol/worker_types.h"

namespace mist {

// Any thread. Push() never blocks; one Take() at a time waits, a second one ends the first.
class CommandQueue {
 public:
  struct Batch {
    std::vector<protocol::Command> commands;
    std::int64_t last = 0;  // number of the last one; what was confirmed when there are none
  };
  enum class Refusal {
    kStaleSession,  // another session has begun, or the queue is closed
    kNeverSent,     // confirms a command that was not handed out
  };

  void Push(protocol::Command command) EXCLUDES(mu_);

  // Begins a session with the commands that are not confirmed, numbered from 1 again. Returns its
  // number.
  std::int64_t BeginSession() EXCLUDES(mu_);

  // Forgets the commands up to confirmed_through, then returns those after it: as soon as there are
  // any, with none at the deadline, or when another Take() of the session comes.
  [[nodiscard]] std::variant<Batch, Refusal> Take(std::int64_t session,
                                                  std::int64_t confirmed_through, MonoTime deadline)
      EXCLUDES(mu_);

  // The Take() that waits, or the next one that would, returns at once. The next one too, because
  // its call may be on the way already.
  void EndWaiting() EXCLUDES(mu_);

  // No session is valid any more.
  void Close() EXCLUDES(mu_);

 private:
  bool ConfirmLocked(std::int64_t through) REQUIRES(mu_);
  Batch FirstCommandsLocked() REQUIRES(mu_);

  Mutex mu_;
  CondVar changed_;
  std::deque<protocol::Command> unconfirmed_ GUARDED_BY(mu_);
  std::int64_t confirmed_ GUARDED_BY(mu_) =
      0;                                   // number of the command before the first in unconfirmed_
  std::int64_t sent_ GUARDED_BY(mu_) = 0;  // highest number handed out in this session
  std::int64_t session_ GUARDED_BY(mu_) = 0;
  std::int64_t takes_ GUARDED_BY(mu_) = 0;  // tells a waiting Take() that another one has come
  bool end_one_wait_ GUARDED_BY(mu_) = false;
};

}  // namespace mist
