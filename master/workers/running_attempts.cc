#include "master/workers/running_attempts.h"

#include <utility>

namespace mist {

void RunningAttempts::Begin(const AttemptRef& attempt, JsonText arguments) {
  MutexLock lock(mu_);
  attempts_[Key{attempt.job.value, attempt.attempt}] =
      Attempt{std::make_shared<const JsonText>(std::move(arguments)), {}};
}

bool RunningAttempts::Knows(const protocol::AttemptId& id) const {
  MutexLock lock(mu_);
  return attempts_.contains(Key{id.job_id, id.attempt});
}

std::shared_ptr<const JsonText> RunningAttempts::Arguments(const protocol::AttemptId& id) const {
  MutexLock lock(mu_);
  const auto found = attempts_.find(Key{id.job_id, id.attempt});
  return found == attempts_.end() ? nullptr : found->second.arguments;
}

void RunningAttempts::AddToResult(const protocol::AttemptId& id, const std::string& bytes) {
  MutexLock lock(mu_);
  const auto found = attempts_.find(Key{id.job_id, id.attempt});
  if (found == attempts_.end()) return;
  Result& result = found->second.result;
  result.bytes += static_cast<std::int64_t>(bytes.size());
  if (result.bytes > max_result_bytes_) {
    result.text = std::string();  // gives the memory back, which clear() would keep
  } else {
    result.text += bytes;
  }
}

std::optional<RunningAttempts::Result> RunningAttempts::End(const protocol::AttemptId& id) {
  MutexLock lock(mu_);
  const auto found = attempts_.find(Key{id.job_id, id.attempt});
  if (found == attempts_.end()) return std::nullopt;
  Result result = std::move(found->second.result);
  attempts_.erase(found);
  return result;
}

}  // namespace mist
