#include "master/broker/state.h"

namespace mist {

bool CanServe(const ContextConfig& old, const ContextConfig& now) {
  return old.spark_conf == now.spark_conf && old.run_options == now.run_options &&
         old.worker_mode == now.worker_mode && old.jobs_per_worker == now.jobs_per_worker &&
         old.streaming_duration == now.streaming_duration;
}

std::string DescribeBroken(const FailedStarts& failed) {
  return std::to_string(failed.count) +
         " worker starts in a row have failed, the last one: " + failed.reason +
         "\nWhen the cause is mended: mist-cli repair context " + failed.context.value;
}

std::string BrokenError(const FailedStarts& failed) {
  return "java.lang.RuntimeException: Context is broken\nCaused by: java.lang.RuntimeException: " +
         DescribeBroken(failed);
}

void TimerTable::Arm(const TimerKey& key, MonoTime deadline) {
  Cancel(key);
  by_key_.emplace(key, deadline);
  by_deadline_.emplace(deadline, key);
}

void TimerTable::Cancel(const TimerKey& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  by_deadline_.erase({found->second, key});
  by_key_.erase(found);
}

std::optional<MonoTime> TimerTable::Next() const {
  if (by_deadline_.empty()) return std::nullopt;
  return by_deadline_.begin()->first;
}

std::optional<TimerKey> TimerTable::TakeDue(MonoTime now) {
  if (by_deadline_.empty() || by_deadline_.begin()->first > now) return std::nullopt;
  TimerKey key = by_deadline_.begin()->second;
  Cancel(key);
  return key;
}

}  // namespace mist
