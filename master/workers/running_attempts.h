// The attempts that one worker was given and has not ended: their arguments, and their results
// while these arrive.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json_text.h"
#include "base/mutex.h"
#include "master/broker/messages.h"
#include "worker_protocol/worker_types.h"

namespace mist {

// Any thread; nothing here blocks.
class RunningAttempts {
 public:
  explicit RunningAttempts(std::int64_t max_result_bytes) : max_result_bytes_(max_result_bytes) {}

  void Begin(const AttemptRef& attempt, JsonText arguments) EXCLUDES(mu_);
  bool Knows(const protocol::AttemptId& id) const EXCLUDES(mu_);

  // Never null for an attempt that is known; null otherwise.
  std::shared_ptr<const JsonText> Arguments(const protocol::AttemptId& id) const EXCLUDES(mu_);

  // `report` is the number of the report that brought the bytes. Beyond max_result_bytes only the
  // size is kept.
  void AddToResult(const protocol::AttemptId& id, const std::string& bytes, std::int64_t report)
      EXCLUDES(mu_);

  // The first report that an unended result stands in: it must not be called durable, since the
  // result is here only.
  std::optional<std::int64_t> FirstResultReport() const EXCLUDES(mu_);

  std::vector<protocol::AttemptId> All() const EXCLUDES(mu_);

  struct Result {
    std::string text;        // empty when it was too large
    std::int64_t bytes = 0;  // all that arrived
  };
  // Forgets the attempt. nullopt when it is not known.
  std::optional<Result> End(const protocol::AttemptId& id) EXCLUDES(mu_);

 private:
  struct Key {
    Key(std::string job_id, std::int32_t number);
    std::string job;
    std::int32_t attempt;
    auto operator<=>(const Key&) const = default;
  };
  struct Attempt {
    std::shared_ptr<const JsonText> arguments;
    Result result;
    std::optional<std::int64_t> first_report;  // of the result
  };

  const std::int64_t max_result_bytes_;
  mutable Mutex mu_;
  std::map<Key, Attempt> attempts_ GUARDED_BY(mu_);
};

}  // namespace mist
