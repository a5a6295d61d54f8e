#include "master/workers/running_attempts.h"

#include <utility>

#include "base/test_points.h"

namespace mist {

RunningAttempts::Key::Key(std::string job_id, std::int32_t number)
    : job(std::move(job_id)), attempt(IsPlanted("no-fence") ? 0 : number) {}

void RunningAttempts::Begin(const AttemptRef& attempt, JsonText arguments) {
  MutexLock lock(mu_);
  attempts_[Key{attempt.job.value, attempt.attempt}] =
      Attempt{std::make_shared<const JsonText>(std::move(arguments)), {}, {}};
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

void RunningAttempts::AddToResult(const protocol::AttemptId& id, const std::string& bytes,
                                  std::int64_t report) {
  MutexLock lock(mu_);
  const auto found = attempts_.find(Key{id.job_id, id.attempt});
  if (found == attempts_.end()) return;
  if (!found->second.first_report) found->second.first_report = report;
  Result& result = found->second.result;
  result.bytes += static_cast<std::int64_t>(bytes.size());
  if (result.bytes > max_result_bytes_) {
    result.text = std::string();  // gives the memory back, which clear() would keep
  } else {
    result.text += bytes;
  }
}

std::optional<std::int64_t> RunningAttempts::FirstResultReport() const {
  MutexLock lock(mu_);
  std::optional<std::int64_t> first;
  for (const auto& [key, attempt] : attempts_) {
    if (attempt.first_report && (!first || *attempt.first_report < *first))
      first = attempt.first_report;
  }
  return first;
}

std::vector<protocol::AttemptId> RunningAttempts::All() const {
  MutexLock lock(mu_);
  std::vector<protocol::AttemptId> all;
  for (const auto& [key, attempt] : attempts_) {
    protocol::AttemptId id;
    id.job_id = key.job;
    id.attempt = key.attempt;
    all.push_back(std::move(id));
  }
  return all;
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
