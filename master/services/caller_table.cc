#include "master/services/caller_table.h"

#include <chrono>
#include <utility>

namespace mist {

void CallerTable::Deliver(const Answer& answer) {
  std::shared_ptr<Waiting> waiting;
  {
    MutexLock lock(mu_);
    const auto found = waiting_.find(answer.caller);
    if (found == waiting_.end()) return;
    waiting = found->second;
    waiting->answer = answer.body;
  }
  waiting->arrived.NotifyAll();
}

void CallerTable::Close() {
  MutexLock lock(mu_);
  closed_ = true;
  for (const auto& [id, waiting] : waiting_) waiting->arrived.NotifyAll();
}

CallerId CallerTable::Add() {
  auto waiting = std::make_shared<Waiting>();
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
