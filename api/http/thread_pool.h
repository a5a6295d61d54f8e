// The threads that run requests: few that work, many that may wait.
//
// A request either works (parses, reads the store, encodes: microseconds) or waits for somebody
// outside (a job's end, a slow client, the inspector). One pool with one limit would let 32 callers
// of force=true stop everybody else, and a pool large enough for all of them would let as many
// short requests fight for the processors. So a thread that is about to wait says so: it leaves the
// count of running threads, and another one may start in its place.
//
//   running <= max_running    only so many threads take work at once
//   waiting <= max_waiting    the next one that wants to wait is refused, before it has done
//   anything threads <= max_running + max_waiting, started when needed and kept: an idle one costs
//   some 20 KiB
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace mist::http {

struct ThreadPoolOptions {
  std::size_t max_running = 32;
  std::size_t max_waiting = 512;
};

// Any thread may call any method; Stop() from one that is not of the pool.
class ThreadPool {
 public:
  // Held by a thread of the pool while it waits.
  class WaitScope {
   public:
    explicit WaitScope(ThreadPool& pool) : pool_(&pool) {}
    WaitScope(WaitScope&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
    WaitScope& operator=(WaitScope&&) = delete;
    ~WaitScope();

   private:
    ThreadPool* pool_;
  };

  explicit ThreadPool(ThreadPoolOptions options) : options_(options) {}
  ~ThreadPool() { Stop(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // The task must not throw. False, and nothing runs, after Stop().
  bool Run(std::function<void()> task) EXCLUDES(mu_);

  // nullopt when max_waiting threads wait already.
  [[nodiscard]] std::optional<WaitScope> TryWait() EXCLUDES(mu_);
  // For a wait that ends soon by itself. Half of the places are left to those who wait long; on
  // nullopt wait nevertheless, as one of those that run.
  [[nodiscard]] std::optional<WaitScope> TryShortWait() EXCLUDES(mu_);

  // A task waits for a thread: whoever holds one without need should give it back.
  bool HasQueue() const EXCLUDES(mu_);

  // Runs what was queued and returns when every thread has ended. Idempotent.
  void Stop() EXCLUDES(mu_);

 private:
  std::optional<WaitScope> TryWait(std::size_t max_waiting) EXCLUDES(mu_);
  void EndWait() EXCLUDES(mu_);
  void WorkLoop() EXCLUDES(mu_);
  // Wakes or starts a thread when one may take the next task.
  void OfferWorkLocked() REQUIRES(mu_);
  void StartThreadLocked() REQUIRES(mu_);

  const ThreadPoolOptions options_;  // constant after construction
  mutable Mutex mu_;
  CondVar work_offered_;
  std::deque<std::function<void()>> queue_ GUARDED_BY(mu_);
  std::size_t idle_ GUARDED_BY(mu_) = 0;
  std::size_t running_ GUARDED_BY(mu_) = 0;
  std::size_t waiting_ GUARDED_BY(mu_) = 0;
  bool stopping_ GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_ GUARDED_BY(mu_);
};

}  // namespace mist::http
