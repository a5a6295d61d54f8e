#include "api/http/thread_pool.h"

#include <string>
#include <system_error>

#include "base/log.h"
#include "base/thread_name.h"

namespace mist::http {

ThreadPool::WaitScope::~WaitScope() {
  if (pool_ != nullptr) pool_->EndWait();
}

bool ThreadPool::Run(std::function<void()> task) {
  MutexLock lock(mu_);
  if (stopping_) return false;
  queue_.push_back(std::move(task));
  OfferWorkLocked();
  return true;
}

std::optional<ThreadPool::WaitScope> ThreadPool::TryWait() {
  return TryWait(options_.max_waiting);
}

std::optional<ThreadPool::WaitScope> ThreadPool::TryShortWait() {
  return TryWait(options_.max_waiting / 2);
}

std::optional<ThreadPool::WaitScope> ThreadPool::TryWait(std::size_t max_waiting) {
  MutexLock lock(mu_);
  if (waiting_ >= max_waiting) return std::nullopt;
  ++waiting_;
  --running_;
  OfferWorkLocked();
  return std::optional<WaitScope>(std::in_place, *this);
}

void ThreadPool::EndWait() {
  MutexLock lock(mu_);
  --waiting_;
  ++running_;  // may exceed max_running for a moment: no new task is taken until it has sunk again
}

bool ThreadPool::HasQueue() const {
  MutexLock lock(mu_);
  return !queue_.empty();
}

void ThreadPool::OfferWorkLocked() {
  if (queue_.empty() || running_ >= options_.max_running) return;
  if (idle_ > 0) {
    work_offered_.NotifyOne();
  }
  // An idle thread that was woken before may not have taken its task yet, so idle threads are
  // counted against tasks.
  if (idle_ < queue_.size() && threads_.size() < options_.max_running + options_.max_waiting) {
    StartThreadLocked();
  }
}

void ThreadPool::StartThreadLocked() {
  try {
    threads_.emplace_back([this] { WorkLoop(); });
  } catch (const std::system_error& error) {
    // The task stays in the queue: the next thread that ends one takes it.
    log::Warn("http_thread_refused",
              {{"threads", std::to_string(threads_.size())}, {"error", error.what()}});
  }
}

void ThreadPool::WorkLoop() {
  NameThisThread("http-worker");
  mu_.lock();
  for (;;) {
    ++idle_;
    work_offered_.Wait(mu_, [this]() REQUIRES(mu_) {
      return (!queue_.empty() && running_ < options_.max_running) || (stopping_ && queue_.empty());
    });
    --idle_;
    if (queue_.empty()) break;
    std::function<void()> task = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    mu_.unlock();
    task();
    task = nullptr;
    mu_.lock();
    --running_;
    OfferWorkLocked();
  }
  mu_.unlock();
  // Others that found all places taken when Stop() woke them sleep again, and the last task is gone
  // now.
  work_offered_.NotifyAll();
}

void ThreadPool::Stop() {
  std::vector<std::thread> threads;
  for (;;) {
    {
      MutexLock lock(mu_);
      stopping_ = true;
      threads.swap(threads_);
      threads_.clear();
    }
    work_offered_.NotifyAll();
    if (threads.empty()) return;
    for (std::thread& thread : threads) thread.join();
    threads.clear();  // a thread that went waiting may have started another one meanwhile
  }
}

}  // namespace mist::http
