// A worker's way through the broker: started, registered, ready, busy or idle, stopped or lost.
#include <algorithm>
#include <utility>

#include "master/broker/broker.h"
#include "master/broker/job_state.h"

namespace mist {
namespace {

using Phase = LiveWorker::Phase;

TimerKey WorkerTimer(TimerKey::Kind kind, const WorkerId& id) {
  return {kind, id.value};
}

// Worker ids are used as file and application names: [A-Za-z0-9_-] only, whatever the context is
// called.
std::string PlainName(const std::string& context) {
  std::string plain = context;
  for (char& c : plain) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!allowed) c = '-';
  }
  constexpr std::size_t kMaxLength = 100;  // leaves room for the rest of a file name
  if (plain.size() > kMaxLength) plain.resize(kMaxLength);
  const bool starts_well = !plain.empty() && plain[0] != '_' && plain[0] != '-';
  return starts_well ? plain : "c" + plain;
}

bool IsStarting(const LiveWorker& worker) {
  return worker.phase <= Phase::kRegistered;
}

}  // namespace

void Broker::StartOne(LiveContext& context) {
  const ContextConfig& config = context.config;
  const bool shared = config.worker_mode == WorkerMode::kShared;
  const std::string prefix =
      PlainName(config.name.value) + "_" + options_.instance + (shared ? "-pool-" : "_");
  const WorkerId id{prefix + std::to_string(++worker_counts_[prefix])};

  LiveWorker& worker = AddWorker(id, context, config);
  worker.generation = context.generation;
  // A worker that a master which starts again would not know could be left behind.
  Write(SaveWorker{{id, config}});
  open_.planned.push_back({id, config});
}

void Broker::Begin(StartWorker start) {
  LiveWorker& worker = workers_.at(start.worker);
  if (worker.phase == Phase::kKilling) return Forget(worker.id, worker.kill_reason);
  worker.phase = Phase::kStarting;
  if (options_.register_timeout) {
    timers_.Arm(WorkerTimer(TimerKey::Kind::kRegister, worker.id),
                now_.mono + std::chrono::ceil<Millis>(*options_.register_timeout));
  }
  Emit(std::move(start));
}

LiveWorker& Broker::AddWorker(const WorkerId& id, LiveContext& context,
                              const ContextConfig& config) {
  LiveWorker& worker = workers_[id];
  worker.id = id;
  worker.context = config.name;
  worker.started = worker.since = now_.wall;
  worker.start_round = context.start_round;
  worker.mode = config.worker_mode;
  worker.slots = config.worker_mode == WorkerMode::kShared ? config.jobs_per_worker : 1;
  context.workers.insert(id);
  return worker;
}

// Until it returns it counts as one that is on its way, so that no other is started in its place.
void Broker::On(WorkerRecovered input) {
  LiveContext& context = TouchContext(input.config.name);
  LiveWorker& worker = AddWorker(input.worker, context, input.config);
  worker.phase = Phase::kReturning;
  worker.used = true;  // an exclusive one may have had its job
  worker.generation = CanServe(input.config, context.config) ? context.generation : 0;
}

void Broker::On(WorkerReturned input) {
  LiveWorker* worker = FindWorker(input.worker);
  if (worker == nullptr || worker->phase != Phase::kReturning) return;
  BecomeReady(*worker);
  for (const auto& [attempt, age] : input.running) {
    if (const LiveJob* live = FindAttempt(attempt)) LimitTime(*live, age);
  }
  AfterJob(*worker);
}

void Broker::On(WorkerRegistered input) {
  LiveWorker* worker = FindWorker(input.worker);
  if (worker == nullptr) return;
  if (worker->phase != Phase::kStarting && worker->phase != Phase::kReturning) return;
  worker->used = !worker->jobs.empty();
  worker->phase = Phase::kRegistered;
  timers_.Cancel(WorkerTimer(TimerKey::Kind::kRegister, input.worker));
  if (options_.ready_timeout) {
    timers_.Arm(WorkerTimer(TimerKey::Kind::kReady, input.worker),
                now_.mono + std::chrono::ceil<Millis>(*options_.ready_timeout));
  }
}

void Broker::On(WorkerReady input) {
  LiveWorker* worker = FindWorker(input.worker);
  if (worker == nullptr || !IsStarting(*worker)) return;
  timers_.Cancel(WorkerTimer(TimerKey::Kind::kRegister, input.worker));
  timers_.Cancel(WorkerTimer(TimerKey::Kind::kReady, input.worker));
  LiveContext& context = TouchContext(worker->context);
  if (!context.IsBroken()) ForgetFailedStarts(context, "a worker has started");
  BecomeReady(*worker);
}

void Broker::BecomeReady(LiveWorker& worker) {
  worker.phase = Phase::kReady;
  worker.since = now_.wall;
  worker.idle_order = ++next_idle_order_;
  LiveContext& context = TouchContext(worker.context);
  const auto starting = [this](const WorkerId& id) { return IsStarting(workers_.at(id)); };
  if (std::none_of(context.workers.begin(), context.workers.end(), starting))
    context.precreating = false;
}

void Broker::On(WorkerStartFailed input) {
  LiveWorker* worker = FindWorker(input.worker);
  if (worker == nullptr) return;
  if (IsStarting(*worker)) CountFailedStart(*worker, input.reason);
  Forget(input.worker, input.reason);
}

void Broker::On(WorkerLost input) {
  LiveWorker* worker = FindWorker(input.worker);
  if (worker == nullptr) return;
  if (IsStarting(*worker)) CountFailedStart(*worker, input.reason);
  Forget(input.worker, input.reason);
}

void Broker::On(WorkerStopRequested input) {
  LiveWorker* worker = FindWorker(input.worker);
  if (worker == nullptr) {
    if (input.caller) Gate(Answer{*input.caller, NoSuchWorker{}});
    return;
  }
  if (input.caller) worker->stop_callers.push_back(*input.caller);
  Kill(*worker, "it was stopped by a user request");
}

void Broker::StopGently(LiveWorker& worker, const std::string& reason) {
  if (worker.phase != Phase::kReady) return;
  worker.phase = Phase::kStopping;
  worker.since = now_.wall;
  timers_.Arm(WorkerTimer(TimerKey::Kind::kStop, worker.id), now_.mono + options_.stop_grace);
  // A worker that has said everything ends at once: what it said must be durable by then.
  Gate(SendStop{worker.id, reason});
}

void Broker::Kill(LiveWorker& worker, const std::string& reason) {
  if (worker.phase == Phase::kKilling) return;
  const bool started = worker.phase != Phase::kPlanned;
  worker.phase = Phase::kKilling;
  worker.since = now_.wall;
  worker.kill_reason = reason;
  TouchContext(worker.context);
  for (const auto kind :
       {TimerKey::Kind::kRegister, TimerKey::Kind::kReady, TimerKey::Kind::kStop}) {
    timers_.Cancel(WorkerTimer(kind, worker.id));
  }
  if (started) Emit(KillWorker{worker.id, reason});
}

// The reason goes into the logs of the jobs that the worker could have taken.
void Broker::CountFailedStart(LiveWorker& worker, const std::string& reason) {
  LiveContext& context = TouchContext(worker.context);
  if (worker.generation != context.generation) return;  // its settings are gone already
  std::string said = "Worker " + worker.id.value + " did not start: " + reason;
  const bool counts = worker.start_round == context.start_round && !context.IsBroken();
  if (counts) {
    const Millis backoff = NoteFailedStart(context, reason);
    said += "\nThat was start " + std::to_string(context.failures) + " of " +
            std::to_string(context.config.max_conn_failures) + " that may fail in a row" +
            (context.IsBroken() ? "" : "; the next one comes after " + Describe(backoff));
  }
  std::int32_t told = 0;
  for (const auto& [key, id] : context.queue) {
    if (++told > context.config.max_jobs) break;
    Log(jobs_.at(id), LogLevel::kError, said);
  }
  if (context.IsBroken()) FailQueue(context);
}

// The worker is gone, and its jobs with it.
void Broker::Forget(WorkerId id, std::string reason) {
  const auto found = workers_.find(id);
  LiveWorker worker = std::move(found->second);
  workers_.erase(found);
  Write(DeleteWorker{id});
  for (const auto kind :
       {TimerKey::Kind::kRegister, TimerKey::Kind::kReady, TimerKey::Kind::kStop}) {
    timers_.Cancel(WorkerTimer(kind, id));
  }
  TouchContext(worker.context).workers.erase(id);
  for (const JobId& job : worker.jobs) {
    LiveJob& live = jobs_.at(job);
    if (live.refused) {
      Retire(live);
    } else if (worker.overdue_cancels.contains(job)) {
      EndCancelled(live);
    } else {
      LoseJob(live, "Worker " + id.value +
                        " is gone: " + (worker.kill_reason.empty() ? reason : worker.kill_reason));
    }
  }
  for (const CallerId caller : worker.stop_callers) Gate(Answer{caller, WorkerStopped{}});
}

void Broker::LoseJob(LiveJob& live, const std::string& reason) {
  const bool cancelled = live.job.state == JobState::kCancelling;
  if (!cancelled && Retry(live, RetryOn::kWorkerLost, reason)) return;
  Log(live, LogLevel::kError, reason);
  Fail(live, shutting_down_ ? kMasterStopped : kWorkerGone);
}

// A job has left the worker: what becomes of it?
void Broker::AfterJob(LiveWorker& worker) {
  worker.idle_order = ++next_idle_order_;
  if (!worker.jobs.empty()) return;
  const LiveContext& context = TouchContext(worker.context);
  if (worker.mode == WorkerMode::kExclusive) {
    StopGently(worker, "its job has ended");
  } else if (worker.generation != context.generation) {
    StopGently(worker, "the context's settings have changed");
  } else if (shutting_down_) {
    StopGently(worker, "the master is stopping");
  }
}

LiveWorker* Broker::FindWorker(const WorkerId& id) {
  const auto found = workers_.find(id);
  return found == workers_.end() ? nullptr : &found->second;
}

}  // namespace mist
