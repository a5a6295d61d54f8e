#include "master/services/caller_table.h"

#include <chrono>
#include <utility>

namespace mist {

void CallerTable::Deliver(const Answer& answer) {
  Shard& shard = ShardOf(answer.caller);
  std::shared_ptr<Waiting> waiting;
  {
    MutexLock lock(shard.mu);
    const auto found = shard.waiting.find(answer.caller);
    if (found == shard.waiting.end()) return;
    waiting = found->second;
    waiting->answer = answer.body;
  }
  waiting->arrived.NotifyAll();
}

void CallerTable::EndLongWaits() {
  for (Shard& shard : shards_) {
    MutexLock lock(shard.mu);
    shard.short_waits_only = true;
    for (const auto& [id, waiting] : shard.waiting) waiting->arrived.NotifyAll();
  }
}

void CallerTable::Close() {
  for (Shard& shard : shards_) {
    MutexLock lock(shard.mu);
    shard.closed = true;
    for (const auto& [id, waiting] : shard.waiting) waiting->arrived.NotifyAll();
  }
}

CallerId CallerTable::Add() {
  auto waiting = std::make_shared<Waiting>();
  const CallerId id = ++last_id_;
  Shard& shard = ShardOf(id);
  MutexLock lock(shard.mu);
  shard.waiting.emplace(id, std::move(waiting));
  return id;
}

std::optional<AnswerBody> CallerTable::Wait(CallerId caller, Timeout limit, bool may_last) {
  Shard& shard = ShardOf(caller);
  MutexLock lock(shard.mu);
  Waiting& waiting = *shard.waiting.at(caller);
  const auto over = [&]() REQUIRES(shard.mu) {
    return shard.closed || waiting.answer.has_value() || (may_last && shard.short_waits_only);
  };
  if (limit) {
    const auto deadline = std::chrono::steady_clock::now() + *limit;
    waiting.arrived.WaitUntil(shard.mu, deadline, over);
  } else {
    waiting.arrived.Wait(shard.mu, over);
  }
  return std::exchange(waiting.answer, std::nullopt);
}

void CallerTable::Remove(CallerId caller) {
  Shard& shard = ShardOf(caller);
  MutexLock lock(shard.mu);
  shard.waiting.erase(caller);
}

}  // namespace mist
