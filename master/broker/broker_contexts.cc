// Contexts: settings, queues, and which job gets which worker.
#include <algorithm>
#include <utility>

#include "master/broker/broker.h"

namespace mist {
namespace {

using Phase = LiveWorker::Phase;

}  // namespace

// ---- settings -----------------------------------------------------------------------------------

// Saving a context, even unchanged, also mends it when it is broken.
void Broker::On(ContextSaved input) {
  const auto before = configs_.find(input.config.name);
  const bool was_precreated = before != configs_.end() && before->second.precreated;
  LiveContext& context = TouchContext(input.config.name);  // with the settings before
  configs_.insert_or_assign(input.config.name, input.config);
  const bool same_workers = CanServe(context.config, input.config);
  if (!same_workers) {
    context.generation = ++next_generation_;
    RetireOldWorkers(context);
  }
  if (!was_precreated || !same_workers || context.IsBroken()) {
    context.precreating =
        input.config.precreated && input.config.worker_mode == WorkerMode::kShared;
  }
  if (context.config.downtime != input.config.downtime)  // counts anew
    timers_.Cancel({TimerKey::Kind::kDowntime, input.config.name.value});
  context.config = std::move(input.config);
  ForgetFailedStarts(context, "the context was saved or repaired");
  context.backoff_until.reset();
  ArmDowntime(context);
}

// A new master tries again: what was wrong may have been mended with it.
void Broker::On(FailedStartsRecovered input) {
  FailedStarts now = input.failed;
  now.broken = false;
  now.next_try.reset();
  if (now != input.failed) Write(SaveFailedStarts{now});
  TouchContext(now.context).failed_starts = std::move(now);
}

// Jobs that wait or run keep the settings; later ones get the defaults, on workers of their own.
void Broker::On(ContextDeleted input) {
  configs_.erase(input.name);
  const auto found = contexts_.find(input.name);
  if (found == contexts_.end()) return;
  LiveContext& context = TouchContext(input.name);
  if (!context.queue.empty()) return;
  ContextConfig defaults = options_.context_defaults;
  defaults.name = input.name;
  context.generation = ++next_generation_;
  context.config = std::move(defaults);
  ForgetFailedStarts(context, "the context was deleted");
  context.precreating = false;
  RetireOldWorkers(context);
}

LiveContext& Broker::TouchContext(const ContextName& name) {
  touched_.insert(name);
  const auto found = contexts_.find(name);
  if (found != contexts_.end()) return found->second;

  LiveContext& context = contexts_[name];
  const auto config = configs_.find(name);
  context.config = config != configs_.end() ? config->second : options_.context_defaults;
  context.config.name = name;
  context.generation = ++next_generation_;
  return context;
}

void Broker::RetireOldWorkers(LiveContext& context) {
  for (const WorkerId& id : context.workers) {
    LiveWorker& worker = workers_.at(id);
    if (worker.generation == context.generation || !worker.jobs.empty()) continue;
    if (worker.phase == Phase::kReady) {
      StopGently(worker, "the context's settings have changed");
    } else if (worker.phase != Phase::kStopping) {
      Kill(worker, "the context's settings have changed");
    }
  }
}

bool Broker::IsUnused(const LiveContext& context) const {
  return context.queue.empty() && context.workers.empty() && context.running == 0 &&
         !context.failed_starts && context.failures == 0 && !context.precreating;
}

// The next start waits longer and longer, and there is none after max_conn_failures of them: the
// context is broken. Returns the wait.
Millis Broker::NoteFailedStart(LiveContext& context, const std::string& reason) {
  ++context.start_round;
  ++context.failures;
  if (!context.failed_starts) {
    context.failed_starts.emplace();
    context.failed_starts->context = context.config.name;
    context.failed_starts->since = now_.wall;
  }
  FailedStarts& failed = *context.failed_starts;
  ++failed.count;
  failed.last = now_.wall;
  failed.reason = reason;
  failed.broken = context.failures >= context.config.max_conn_failures;
  failed.next_try.reset();
  context.backoff_until.reset();
  const Millis backoff =
      std::min(options_.start_backoff_max,
               options_.start_backoff * (std::int64_t{1} << std::min(context.failures - 1, 20)));
  if (!failed.broken) {
    failed.next_try = now_.wall + backoff;
    context.backoff_until = now_.mono + backoff;
    timers_.Arm({TimerKey::Kind::kBackoff, failed.context.value}, *context.backoff_until);
  }
  Write(SaveFailedStarts{failed});
  Gate(StartsFail{failed});
  return backoff;
}

void Broker::ForgetFailedStarts(LiveContext& context, const std::string& why) {
  context.failures = 0;
  if (!context.failed_starts) return;
  context.failed_starts.reset();
  Write(DeleteFailedStarts{context.config.name});
  Gate(StartsSucceed{context.config.name, why});
}

void Broker::FailQueue(LiveContext& context) {
  const std::string error = BrokenError(*context.failed_starts);
  for (const auto& [key, id] : std::map(context.queue)) Fail(jobs_.at(id), error);
}

// ---- scheduling ---------------------------------------------------------------------------------

void Broker::Schedule(LiveContext& context) {
  if (recovering_ || shutting_down_) return;
  while (!context.queue.empty() && context.running < context.config.max_jobs) {
    LiveJob& next = jobs_.at(context.queue.begin()->second);
    LiveWorker* worker = next.dispatchable ? PickWorker(context) : nullptr;
    if (worker == nullptr) break;
    Dispatch(next, *worker);
  }
  StartMissing(context);
  StopSurplus(context);
  ArmDowntime(context);
}

// Of the first job in its queue: what keeps Schedule() from giving it a worker.
JobWaits::Reason Broker::WhyWaits(const LiveContext& context) const {
  using Reason = JobWaits::Reason;
  if (shutting_down_) return Reason::kShuttingDown;
  if (context.IsBroken()) return Reason::kBroken;
  if (context.running >= context.config.max_jobs) return Reason::kMaxJobs;
  const bool starting = std::any_of(context.workers.begin(), context.workers.end(), [&](auto& id) {
    return workers_.at(id).phase < Phase::kReady;
  });
  if (starting) return Reason::kWorkerStarting;
  if (context.backoff_until && context.failed_starts) return Reason::kStartFailed;
  return Reason::kWorkerBusy;
}

// The worker that has been idle for longest, among those that can take a job now.
LiveWorker* Broker::PickWorker(const LiveContext& context) {
  LiveWorker* best = nullptr;
  for (const WorkerId& id : context.workers) {
    LiveWorker& worker = workers_.at(id);
    const bool free = worker.phase == Phase::kReady && worker.generation == context.generation &&
                      static_cast<std::int32_t>(worker.jobs.size()) < worker.slots &&
                      !(worker.mode == WorkerMode::kExclusive && worker.used);
    if (free && (best == nullptr || worker.idle_order < best->idle_order)) best = &worker;
  }
  return best;
}

// Of workers that are ready or on their way.
std::int32_t Broker::FreeSlots(const LiveContext& context) const {
  std::int32_t slots = 0;
  for (const WorkerId& id : context.workers) {
    const LiveWorker& worker = workers_.at(id);
    if (worker.generation != context.generation || worker.phase > Phase::kReady) continue;
    if (worker.mode == WorkerMode::kExclusive && worker.used) continue;
    slots += worker.slots - static_cast<std::int32_t>(worker.jobs.size());
  }
  return slots;
}

void Broker::StartMissing(LiveContext& context) {
  if (context.backoff_until || context.IsBroken()) return;
  const std::int32_t room = context.config.max_jobs - context.running;
  const auto waiting =
      static_cast<std::int32_t>(std::min<std::size_t>(context.queue.size(), room > 0 ? room : 0));
  const std::int32_t wanted = context.precreating ? room : waiting;
  std::int32_t starting = 0;
  for (const WorkerId& id : context.workers) {
    if (workers_.at(id).phase < Phase::kReady) ++starting;
  }
  while (FreeSlots(context) < wanted && starting < options_.max_starting_per_context) {
    StartOne(context);
    ++starting;
  }
}

// A cancelled job of an exclusive context leaves a worker that nobody waits for.
void Broker::StopSurplus(LiveContext& context) {
  if (context.config.worker_mode != WorkerMode::kExclusive) return;
  auto surplus = FreeSlots(context) - static_cast<std::int64_t>(context.queue.size());
  for (const WorkerId& id : context.workers) {
    LiveWorker& worker = workers_.at(id);
    if (surplus <= 0) break;
    if (worker.used || worker.generation != context.generation || worker.phase > Phase::kReady)
      continue;
    --surplus;
    if (worker.phase == Phase::kReady) {
      StopGently(worker, "no job waits for it");
    } else {
      Kill(worker, "no job waits for it");
    }
  }
}

void Broker::ArmDowntime(LiveContext& context) {
  const TimerKey key{TimerKey::Kind::kDowntime, context.config.name.value};
  const bool idle = context.queue.empty() && context.running == 0 && !context.workers.empty();
  if (!idle || !context.config.downtime) return timers_.Cancel(key);
  if (!timers_.IsArmed(key))
    timers_.Arm(key, now_.mono + std::chrono::ceil<Millis>(*context.config.downtime));
}

}  // namespace mist
