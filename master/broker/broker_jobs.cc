// A job's way through the broker: requested, queued, dispatched, reported on, ended.
#include <algorithm>
#include <utility>

#include "base/test_points.h"
#include "master/broker/broker.h"
#include "master/broker/job_state.h"

namespace mist {
namespace {

bool WaitsOrRunsOnWorker(JobState state) {
  return state == JobState::kQueued || state == JobState::kDownloading ||
         state == JobState::kStarted;
}

TimerKey JobTimer(TimerKey::Kind kind, const JobId& id) {
  return {kind, id.value};
}

}  // namespace

// ---- acceptance ---------------------------------------------------------------------------------

void Broker::On(JobRequested input) {
  if (shutting_down_) {
    return Refuse(input, JobRefused::Reason::kShuttingDown,
                  "the master is stopping and takes no new jobs");
  }
  if (!storage_trouble_.empty())
    return Refuse(input, JobRefused::Reason::kDiskFull, storage_trouble_);
  LiveContext& context = TouchContext(input.job.context);
  if (context.queue.size() >= options_.max_queued_per_context) {
    return Refuse(input, JobRefused::Reason::kQueueFull,
                  "context " + input.job.context.value + " has " +
                      std::to_string(context.queue.size()) +
                      " waiting jobs, which is its limit; try again when some have ended");
  }

  const JobId id = input.job.id;
  LiveJob& live = jobs_[id];
  live.job = std::move(input.job);
  live.key = {-static_cast<std::int64_t>(live.job.priority), ++next_order_};
  CountQueued(live.job, +1);
  live.dispatchable = input.dispatch_before_commit;
  if (input.on_ended) live.waiters.push_back(*input.on_ended);

  live.job.state = JobState::kQueued;
  const auto accepted = std::make_shared<const Job>(live.job);
  Write(InsertJob{accepted});
  open_.inserted.push_back(id);
  if (input.on_accepted) Gate(Answer{*input.on_accepted, JobAccepted{id}});
  Publish(accepted, {JobEvent::Kind::kInitialized, JobEvent::Kind::kQueued});
  if (context.IsBroken()) {
    return Fail(live, "Please update context " + live.job.context.value +
                          " before running function " + live.job.call.class_name +
                          " invocation: Type: java.lang.RuntimeException, message: " +
                          DescribeBroken(*context.failed_starts));
  }
  Enqueue(live);
}

void Broker::Enqueue(LiveJob& live) {
  LiveContext& context = TouchContext(live.job.context);
  if (context.IsBroken()) return Fail(live, BrokenError(*context.failed_starts));
  context.queue.emplace(live.key, live.job.id);
  live.queued = now_.wall;
  if (live.job.start_timeout) {
    timers_.Arm(JobTimer(TimerKey::Kind::kStartTimeout, live.job.id),
                now_.mono + std::chrono::ceil<Millis>(*live.job.start_timeout));
  }
}

void Broker::Refuse(const JobRequested& input, JobRefused::Reason reason, std::string message) {
  const JobRefused refused{reason, std::move(message)};
  if (input.on_accepted) Emit(Answer{*input.on_accepted, refused});
  if (input.on_ended) Emit(Answer{*input.on_ended, refused});
}

// What waited still waits. What has a worker that may return goes on there; what had another one
// may have run, and nobody can be asked: it fails.
void Broker::On(JobRecovered input) {
  const JobId id = input.job.id;
  LiveJob& live = jobs_[id];
  live.job = std::move(input.job);
  live.key = {-static_cast<std::int64_t>(live.job.priority), ++next_order_};
  CountQueued(live.job, +1);
  live.inserting = false;
  live.dispatchable = true;
  live.has_log = input.has_log;
  if (live.job.worker) {
    if (LiveWorker* worker = FindWorker(*live.job.worker)) return GoOn(live, *worker);
  }
  if (live.job.worker || live.job.state != JobState::kQueued) {
    live.job.worker.reset();
    return Fail(live, kMasterStopped);
  }
  Enqueue(live);
}

void Broker::On(RecoveryEnded) {
  recovering_ = false;
  for (const auto& [name, context] : contexts_) touched_.insert(name);
}

// With a worker that has it already. How long it has run the worker says when it returns: the wall
// clock may have been set.
void Broker::GoOn(LiveJob& live, LiveWorker& worker) {
  Occupy(live, worker);
  if (live.job.state == JobState::kCancelling) {
    live.cancel_reason = "asked before the master was restarted";
    SendCancelTo(live);
  }
}

void Broker::LimitTime(const LiveJob& live, Millis ran) {
  if (!live.job.perform_timeout) return;
  const Millis timeout = std::chrono::ceil<Millis>(*live.job.perform_timeout);
  timers_.Arm(JobTimer(TimerKey::Kind::kPerformTimeout, live.job.id),
              now_.mono + std::clamp(timeout - ran, Millis(0), timeout));
}

void Broker::Occupy(LiveJob& live, LiveWorker& worker) {
  CountQueued(live.job, -1);
  CountRunning(live.job, +1);
  ++TouchContext(live.job.context).running;
  worker.jobs.insert(live.job.id);
  worker.used = true;
}

// Back to its old place in the queue: for an attempt that never began.
void Broker::On(AttemptUnknown input) {
  LiveJob* live = FindAttempt(input.attempt);
  if (live == nullptr) return;
  if (live->job.state == JobState::kCancelling) return EndCancelled(*live);
  const std::string reason =
      "Worker " + input.attempt.worker.value + " was not told to run the job";
  Log(*live, LogLevel::kWarn, reason + ": it waits again");
  LeaveWorker(*live, reason);
  Enqueue(*live);
}

// False when the job has had all its attempts, or this end is no reason for another.
bool Broker::Retry(LiveJob& live, RetryOn reason, const std::string& error) {
  const RetrySettings policy =
      live.job.retry.CompletedBy(TouchContext(live.job.context).config.Retry());
  if (shutting_down_ || live.job.attempt > *policy.retries || *policy.retry_on < reason)
    return false;
  const Millis longest = options_.retry_backoff_max;  // taken first: the setting may be centuries
  const Millis first = std::min(longest, std::chrono::ceil<Millis>(*policy.retry_backoff));
  const Millis backoff =
      std::min(longest, first * (std::int64_t{1} << std::min(live.job.attempt - 1, 20)));
  Log(live, LogLevel::kWarn,
      "Attempt " + std::to_string(live.job.attempt) + " of " +
          std::to_string(std::int64_t{*policy.retries} + 1) + " failed, the next comes after " +
          Describe(backoff) + ":\n" + error);
  LeaveWorker(live, error);
  timers_.Arm(JobTimer(TimerKey::Kind::kRetry, live.job.id), now_.mono + backoff);
  return true;
}

// The attempt is over, the job is not.
void Broker::LeaveWorker(LiveJob& live, const std::string& reason) {
  Write(RequeueJob{live.job.id, live.job.state, live.job.attempt, now_.wall, reason});
  LiveWorker* worker = FindWorker(*live.job.worker);
  CountRunning(live.job, -1);
  CountQueued(live.job, +1);
  --TouchContext(live.job.context).running;
  timers_.Cancel(JobTimer(TimerKey::Kind::kPerformTimeout, live.job.id));
  live.job.state = JobState::kQueued;
  live.job.worker.reset();
  live.job.started.reset();
  live.progress.reset();
  Publish(live, JobEvent::Kind::kQueued);
  if (worker == nullptr) return;
  worker->jobs.erase(live.job.id);
  AfterJob(*worker);
}

void Broker::Dispatch(LiveJob& live, LiveWorker& worker) {
  Job& job = live.job;
  TouchContext(job.context).queue.erase(live.key);
  Occupy(live, worker);
  timers_.Cancel(JobTimer(TimerKey::Kind::kStartTimeout, job.id));
  timers_.Cancel({TimerKey::Kind::kDowntime, job.context.value});

  job.worker = worker.id;
  ++job.attempt;
  LimitTime(live, Millis(0));
  // A job that is durable as waiting must be durable as assigned before it runs, or a master that
  // starts again would run it twice. One whose insert is in the same batch is either stored as
  // assigned or not at all, so its worker, whose result is gated anyway, need not wait.
  const bool stored_as_waiting = !live.inserting;
  AssignWorker assignment{job.id, job.state, job.attempt, worker.id, now_.wall};
  const bool saw_it_start = worker.since > live.queued;  // when it became ready
  if (saw_it_start) assignment.worker_starting = std::max(worker.started, live.queued);
  Write(std::move(assignment));
  SendRun run{{worker.id, job.id, job.attempt}, job.call, job.arguments};
  if (stored_as_waiting) {
    Gate(std::move(run));
  } else {
    Emit(std::move(run));
  }
  Publish(live, JobEvent::Kind::kWorkerAssigned);
  LogEvent(live, JobEvent::Kind::kWorkerAssigned);
}

// ---- reports ------------------------------------------------------------------------------------

void Broker::On(JobDownloading input) {
  LiveJob* live = FindAttempt(input.attempt);
  if (live != nullptr && live->job.state == JobState::kQueued) Move(*live, JobState::kDownloading);
}

void Broker::On(JobStarted input) {
  LiveJob* live = FindAttempt(input.attempt);
  if (live == nullptr) return;
  if (live->job.state != JobState::kQueued && live->job.state != JobState::kDownloading) return;
  live->job.started = input.time;
  Move(*live, JobState::kStarted);
}

void Broker::On(JobFinished input) {
  LiveJob* live = FindAttempt(input.attempt);
  if (live == nullptr) return;
  if (live->refused) return Retire(*live);
  if (live->job.state == JobState::kQueued || live->job.state == JobState::kDownloading) {
    On(JobStarted{input.attempt, now_.wall});
  }
  Move(*live, JobState::kFinished, std::move(input.result));
  Retire(*live);
}

void Broker::On(JobFailed input) {
  LiveJob* live = FindAttempt(input.attempt);
  if (live == nullptr) return;
  if (live->refused) return Retire(*live);
  // A function that fails because it was interrupted was cancelled.
  if (live->job.state == JobState::kCancelling) return EndCancelled(*live);
  if (!Retry(*live, RetryOn::kFailure, input.error)) Fail(*live, input.error);
}

void Broker::On(JobCancelled input) {
  LiveJob* live = FindAttempt(input.attempt);
  if (live == nullptr) return;
  if (live->refused) return Retire(*live);
  if (live->job.state == JobState::kCancelling) return EndCancelled(*live);
  Fail(*live, kWorkerGone);  // the worker gave it up without being told to
}

void Broker::On(JobLogged input) {
  const LiveJob* live = FindAttempt(input.attempt);
  if (live == nullptr || live->refused) {
    if (input.batch.written) input.batch.written();
    return;
  }
  Gate(AppendLog{input.attempt.job, std::move(input.batch)});
}

void Broker::On(JobProgressed input) {
  LiveJob* live = FindAttempt(input.attempt);
  if (live == nullptr || live->refused) return;
  live->progress = input.progress;
  Emit(TellProgress{input.attempt.job, std::move(input.progress)});
}

void Broker::On(ReportsReceived input) {
  Gate(ReportsDurable{input.worker, input.through});
}

// ---- cancel -------------------------------------------------------------------------------------

void Broker::On(CancelRequested input) {
  LiveJob* live = FindJob(input.job);
  if (!storage_trouble_.empty() && input.on_ended) {
    const bool nothing = live != nullptr && WaitsOrRunsOnWorker(live->job.state);
    return Emit(Answer{*input.on_ended,
                       JobRefused{JobRefused::Reason::kDiskFull,
                                  "Job " + input.job.value +
                                      (nothing ? " was not cancelled, since that cannot be stored: "
                                               : " ends already, which cannot be stored yet: ") +
                                      storage_trouble_}});
  }
  if (live == nullptr || live->refused) {
    if (input.on_ended) Gate(Answer{*input.on_ended, NoSuchJob{}});
    return;
  }
  if (input.on_ended) {
    live->waiters.push_back(*input.on_ended);
    cancels_.emplace(*input.on_ended, input.job);
  }
  AskCancel(*live, "user request");
}

void Broker::On(WaitRequested input) {
  LiveJob* live = FindJob(input.job);
  if (live == nullptr || live->refused) return Gate(Answer{input.on_ended, NoSuchJob{}});
  live->waiters.push_back(input.on_ended);
}

void Broker::AskCancel(LiveJob& live, const std::string& reason) {
  if (!WaitsOrRunsOnWorker(live.job.state)) return;
  live.cancel_reason = reason;
  Move(live, JobState::kCancelling);
  if (!live.job.worker) return EndCancelled(live);
  timers_.Cancel(JobTimer(TimerKey::Kind::kPerformTimeout, live.job.id));
  SendCancelTo(live);
  if (IsPlanted("answer-before-end")) EndCancelled(live);
}

void Broker::SendCancelTo(const LiveJob& live) {
  Gate(SendCancel{{*live.job.worker, live.job.id, live.job.attempt}, live.cancel_reason});
  timers_.Arm(JobTimer(TimerKey::Kind::kCancelGrace, live.job.id),
              now_.mono + options_.cancel_grace);
}

void Broker::EndCancelled(LiveJob& live) {
  Move(live, JobState::kCancelled);
  Log(live, LogLevel::kWarn, "Job was cancelled: " + live.cancel_reason);
  Retire(live);
}

// ---- moves and ends -----------------------------------------------------------------------------

void Broker::Fail(LiveJob& live, const std::string& error) {
  Move(live, JobState::kFailed, QuoteJson(error));
  Log(live, LogLevel::kError, "FailedEvent with Error: \n " + error);
  Retire(live);
}

void Broker::Move(LiveJob& live, JobState to, std::optional<JsonText> result) {
  Job& job = live.job;
  MoveJob move{job.id, job.state, to, job.attempt, {}, {}, {}, result, now_.wall};
  if (to == JobState::kCancelling) move.reason = live.cancel_reason;
  if (to == JobState::kStarted) move.started = job.started;
  if (IsTerminal(to)) {
    job.ended = now_.wall;
    move.ended = job.ended;
    job.result = std::move(result);
  }
  job.state = to;
  if (live.refused) return;
  Write(std::move(move));
  Publish(live, EventOf(to));
  LogEvent(live, EventOf(to));
}

void Broker::Retire(LiveJob& live) {
  const JobId id = live.job.id;
  if (!live.waiters.empty()) {
    const auto job = std::make_shared<const Job>(live.job);
    for (const CallerId caller : live.waiters)
      Gate(Answer{caller, JobEnded{job, live.cancel_reason}});
  }
  for (const auto kind : {TimerKey::Kind::kStartTimeout, TimerKey::Kind::kPerformTimeout,
                          TimerKey::Kind::kCancelGrace, TimerKey::Kind::kRetry}) {
    timers_.Cancel(JobTimer(kind, id));
  }
  LiveContext& context = TouchContext(live.job.context);
  context.queue.erase(live.key);
  LiveWorker* worker = live.job.worker ? FindWorker(*live.job.worker) : nullptr;
  if (live.job.worker) {
    --context.running;
    CountRunning(live.job, -1);
  } else {
    CountQueued(live.job, -1);
  }
  jobs_.erase(id);
  if (worker != nullptr) {
    worker->jobs.erase(id);
    AfterJob(*worker);
  }
}

void Broker::Publish(const LiveJob& live, JobEvent::Kind kind) {
  if (!live.refused) Publish(std::make_shared<const Job>(live.job), {kind});
}

void Broker::Publish(const std::shared_ptr<const Job>& job,
                     std::initializer_list<JobEvent::Kind> kinds) {
  for (const JobEvent::Kind kind : kinds) {
    JobEvent event{++last_event_, kind, TimeOf(kind, *job), job};
    open_.events.push_back(event);
    Gate(PublishEvent{std::move(event)});
  }
}

// A start is told with the worker's time, which the job shows too.
WallTime Broker::TimeOf(JobEvent::Kind kind, const Job& job) const {
  return kind == JobEvent::Kind::kStarted ? job.started.value_or(now_.wall) : now_.wall;
}

void Broker::LogEvent(LiveJob& live, JobEvent::Kind kind) {
  if (live.refused) return;
  if (const auto message = LogMessage(kind, live.job)) Log(live, LogLevel::kInfo, *message);
}

void Broker::Log(LiveJob& live, LogLevel level, std::string message) {
  std::vector<LogLine> lines;
  if (!std::exchange(live.has_log, true)) lines = OpeningLines(live.job);
  lines.push_back({now_.wall, level, std::move(message), std::nullopt});
  Gate(AppendLog{live.job.id, {std::move(lines), {}}});
}

LiveJob* Broker::FindJob(const JobId& id) {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &found->second;
}

LiveJob* Broker::FindAttempt(const AttemptRef& attempt) {
  LiveJob* live = FindJob(attempt.job);
  if (IsPlanted("no-fence")) return live;
  if (live == nullptr || live->job.worker != attempt.worker || live->job.attempt != attempt.attempt)
    return nullptr;
  return live;
}

}  // namespace mist
