#include "master/broker/state.h"

namespace mist {

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
