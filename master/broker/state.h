// What the broker remembers of jobs, workers and contexts that are alive. Owned by Broker.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "contexts/context_config.h"
#include "master/broker/job.h"
#include "master/broker/messages.h"

namespace mist {

// Place of a job in its context's queue: higher priority first, then order of acceptance.
struct QueueKey {
  std::int64_t minus_priority = 0;
  std::uint64_t order = 0;

  auto operator<=>(const QueueKey&) const = default;
};

struct LiveJob {
  Job job;
  QueueKey key;
  WallTime queued;            // it waits since then, for this attempt
  bool inserting = true;      // its InsertJob is not yet on its way to the store
  bool dispatchable = false;  // durable, or its caller waits anyway
  bool has_log = false;       // its opening lines are written
  bool refused = false;  // the store could not take it: only its worker still has to let go of it
  std::vector<CallerId> waiters;                  // answered when it ends
  std::string cancel_reason;                      // empty: no cancel was asked
  std::shared_ptr<const SparkProgress> progress;  // of this attempt; null: none was told
};

struct LiveWorker {
  enum class Phase {
    kPlanned,     // not yet durable; ended by the commit
    kStarting,    // process started; ended by WorkerRegistered or its timer
    kRegistered,  // creates its Spark context; ended by WorkerReady or its timer
    kReturning,   // of an earlier run of the master; ended by WorkerReturned, WorkerRegistered or
                  // WorkerLost
    kReady,       // takes jobs
    kStopping,    // was asked to end; takes no jobs; ended by WorkerLost or its timer
    kKilling,     // is being ended; ended by WorkerLost, or the commit when it was only planned
  };

  WorkerId id;
  ContextName context;
  std::uint64_t generation = 0;   // of the context's settings it was started with
  std::uint64_t start_round = 0;  // see LiveContext::start_round
  WorkerMode mode = WorkerMode::kExclusive;
  std::int32_t slots = 1;  // jobs at once
  Phase phase = Phase::kPlanned;
  WallTime started;              // when it was
  WallTime since;                // it is starting, ready or stopping
  bool used = false;             // has had a job: the end of an exclusive worker
  std::uint64_t idle_order = 0;  // the one that is idle for longest gets the next job
  std::set<JobId> jobs;
  std::set<JobId> overdue_cancels;  // those for which it is being killed: they end as cancelled
  std::string kill_reason;          // told to the other jobs that it takes along
  std::vector<CallerId> stop_callers;
};

// Whether a worker that was started with `old` settings can serve under those of `now`. What only
// the broker looks at makes no difference.
bool CanServe(const ContextConfig& old, const ContextConfig& now);

struct LiveContext {
  ContextConfig config;
  std::uint64_t generation = 0;  // rises when workers with older settings must go
  std::map<QueueKey, JobId> queue;
  std::set<WorkerId> workers;
  std::int32_t running = 0;  // jobs on workers of any generation
  // Failed starts in a row, of this run of the master. Workers that were started in one round and
  // fail together count once (D25).
  std::int32_t failures = 0;
  std::uint64_t start_round = 0;
  std::optional<MonoTime> backoff_until;
  std::optional<FailedStarts> failed_starts;  // as the store has them
  bool precreating = false;                   // its workers are started before the first job, once

  bool IsBroken() const { return failed_starts && failed_starts->broken; }
};

// What jobs fail with whose worker was lost, or is stopped with the master.
inline constexpr char kWorkerGone[] = "Executor was terminated";
inline constexpr char kMasterStopped[] = "Worker was stopped";

// Why a context is broken, and what to do: a part of what its jobs fail with. BrokenError() is all
// of it for a job that waited.
std::string DescribeBroken(const FailedStarts& failed);
std::string BrokenError(const FailedStarts& failed);

struct TimerKey {
  enum class Kind {
    kStartTimeout,    // job
    kPerformTimeout,  // job
    kCancelGrace,     // job
    kRetry,           // job
    kRegister,        // worker
    kReady,           // worker
    kStop,            // worker
    kDowntime,        // context
    kBackoff,         // context
    kStorageRetry,
    kShutdown,
  };
  Kind kind = Kind::kStorageRetry;
  std::string subject;

  auto operator<=>(const TimerKey&) const = default;
};

// Timers by deadline and by key; arming a key again moves it.
class TimerTable {
 public:
  void Arm(const TimerKey& key, MonoTime deadline);
  void Cancel(const TimerKey& key);
  bool IsArmed(const TimerKey& key) const { return by_key_.contains(key); }
  std::optional<MonoTime> Next() const;
  // Removes and returns one timer whose deadline is not after `now`.
  std::optional<TimerKey> TakeDue(MonoTime now);

 private:
  std::set<std::pair<MonoTime, TimerKey>> by_deadline_;
  std::map<TimerKey, MonoTime> by_key_;
};

}  // namespace mist
