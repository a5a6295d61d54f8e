// A queue into one thread: any number of threads post, one thread takes. Owned by the thread that
// takes (or by its owner); Close() wakes the taker and makes later posts do nothing.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace mist {

template <typename Message>
class Mailbox {
 public:
  // Returns false, and drops the message, once the mailbox is closed. Any thread.
  bool Post(Message message) EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      if (closed_) return false;
      messages_.push_back(std::move(message));
    }
    arrived_.NotifyOne();
    return true;
  }

  // All at once: the taker sees none of them before the last one.
  template <typename Messages>
  bool PostAll(Messages messages) EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      if (closed_) return false;
      for (auto& message : messages) messages_.push_back(std::move(message));
    }
    arrived_.NotifyOne();
    return true;
  }

  // Everything that has arrived, in order; waits until there is something, the deadline passes
  // (empty result) or the mailbox is closed and drained (empty result). No deadline means no limit.
  std::deque<Message> TakeAll(std::optional<std::chrono::steady_clock::time_point> deadline = {})
      EXCLUDES(mu_) {
    MutexLock lock(mu_);
    auto ready = [this]() REQUIRES(mu_) { return closed_ || !messages_.empty(); };
    if (deadline) {
      arrived_.WaitUntil(mu_, *deadline, ready);
    } else {
      arrived_.Wait(mu_, ready);
    }
    return std::exchange(messages_, {});
  }

  void Close() EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      closed_ = true;
    }
    arrived_.NotifyAll();
  }

  // True once Close() was called and every message was taken.
  bool Drained() const EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return closed_ && messages_.empty();
  }

 private:
  mutable Mutex mu_;
  CondVar arrived_;
  std::deque<Message> messages_ GUARDED_BY(mu_);
  bool closed_ GUARDED_BY(mu_) = false;
};

}  // namespace mist
