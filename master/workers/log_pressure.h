// Slows a worker that logs faster than the master can write: its report() call returns only when
// the lines that it brought are in the job's log (or were dropped because their attempt is over).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/mutex.h"

namespace mist {

// Shared by a worker's link and the batches that are on their way, which may outlive the link. Any
// thread.
class LogPressure : public std::enable_shared_from_this<LogPressure> {
 public:
  // One more batch is on its way; the returned function, called once, says that it has arrived.
  [[nodiscard]] std::function<void()> Begin() EXCLUDES(mu_) {
    MutexLock lock(mu_);
    ++on_their_way_;
    return [self = shared_from_this()] { self->Arrived(); };
  }

  // Returns when no batch is on its way, or after Close().
  void WaitUntilWritten() EXCLUDES(mu_) {
    MutexLock lock(mu_);
    changed_.Wait(mu_, [this]() REQUIRES(mu_) { return on_their_way_ == 0 || closed_; });
  }

  void Close() EXCLUDES(mu_) {
    MutexLock lock(mu_);
    closed_ = true;
    changed_.NotifyAll();
  }

 private:
  void Arrived() EXCLUDES(mu_) {
    MutexLock lock(mu_);
    --on_their_way_;
    changed_.NotifyAll();
  }

  Mutex mu_;
  CondVar changed_;
  std::size_t on_their_way_ GUARDED_BY(mu_) = 0;
  bool closed_ GUARDED_BY(mu_) = false;
};

}  // namespace mist
