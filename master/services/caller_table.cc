#include "master/services/caller_table.h"

#include <chrono>
#include <utility>

namespace mist {

void CallerTable::Deliver(const Answer& answer) {
  MutexLock lock(mu_);
  const auto found = waiting_.find(answer.caller);
  if (found == waiting_.end()) return;
  found->second->answer = answer.body;
  // Under the lock: afterwards the caller may have gone, and the condition with it.
  found->second->arrived.NotifyAll();
}

void CallerTable::Close() {
  MutexLock lock(mu_);
  closed_ = true;
  for (const auto& [id, waiting] : waiting_) waiting->arrived.NotifyAll();
}

CallerId CallerTable::Add() {
  auto waiting = std::make_unique<Waiting>();
  MutexLock lock(mu_);
  const CallerId id = ++last_id_;
  waiting_.emplace(id, std::move(waiting));
  return id;
}

std::optional<AnswerBody> CallerTable::Wait(CallerId caller, Timeout limit) {
  MutexLock lock(mu_);
  Waiting& waiting = *waiting_.at(caller);
  const auto over = [&]() REQUIRES(mu_) { return closed_ || waiting.answer.has_value(); };
  if (limit) {
    const auto deadline = std::chrono::steady_clock::now() + *limit;
    waiting.arrived.WaitUntil(mu_, deadline, over);
  } else {
    waiting.arrived.Wait(mu_, over);
  }
  return std::exchange(waiting.answer, std::nullopt);
}

void CallerTable::Remove(CallerId caller) {
  MutexLock lock(mu_);
  waiting_.erase(caller);
}

}  // namespace mist
