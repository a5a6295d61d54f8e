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
  if (!was_precreated || !same_workers || !context.broken_reason.empty()) {
    context.precreating =
        input.config.precreated && input.config.worker_mode == WorkerMode::kShared;
  }
  if (context.config.downtime != input.config.downtime)  // counts anew
    timers_.Cancel({TimerKey::Kind::kDowntime, input.config.name.value});
  context.config = std::move(input.config);
  context.broken_reason.clear();
  context.failures = 0;
  context.backoff_until.reset();
  ArmDowntime(context);
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
  context.broken_reason.clear();
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
         context.broken_reason.empty() && context.failures == 0 && !context.precreating;
}

void Broker::Break(LiveContext& context, const std::string& reason) {
  context.broken_reason = std::to_string(context.failures) +
                          " worker starts in a row have failed, the last one: " + reason;
  context.backoff_until.reset();
  const std::string error =
      "java.lang.RuntimeException: Context is broken\nCaused by: java.lang.RuntimeException: " +
      context.broken_reason;
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
  if (context.backoff_until || !context.broken_reason.empty()) return;
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
