// A job's way through the broker: requested, queued, dispatched, reported on, ended.
#include <utility>

#include "master/broker/broker.h"
#include "master/broker/job_state.h"

namespace mist {
namespace {

constexpr char kWorkerGone[] = "Executor was terminated";
constexpr char kMasterStopped[] = "Worker was stopped";

JobEvent::Kind EventOf(JobState state) {
  switch (state) {
    case JobState::kInitialized:
      return JobEvent::Kind::kInitialized;
    case JobState::kQueued:
      return JobEvent::Kind::kQueued;
    case JobState::kDownloading:
      return JobEvent::Kind::kDownloading;
    case JobState::kStarted:
      return JobEvent::Kind::kStarted;
    case JobState::kCancelling:
      return JobEvent::Kind::kCancelling;
    case JobState::kFinished:
      return JobEvent::Kind::kFinished;
    case JobState::kFailed:
      return JobEvent::Kind::kFailed;
    case JobState::kCancelled:
      return JobEvent::Kind::kCancelled;
  }
  return JobEvent::Kind::kFailed;
}

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
  live.dispatchable = input.dispatch_before_commit;
  if (input.on_ended) live.waiters.push_back(*input.on_ended);

  live.job.state = JobState::kQueued;
  Write(InsertJob{live.job});
  open_.inserted.push_back(id);
  if (input.on_accepted) Gate(Answer{*input.on_accepted, JobAccepted{id}});
  Publish(live, JobEvent::Kind::kInitialized);
  Publish(live, JobEvent::Kind::kQueued);
  if (!context.broken_reason.empty()) {
    return Fail(live, "Please update context " + live.job.context.value +
                          " before running function " + live.job.call.class_name +
                          " invocation: Type: java.lang.RuntimeException, message: " +
                          context.broken_reason);
  }
  Log(id, LogLevel::kInfo, "Waiting worker connection");
  context.queue.emplace(live.key, id);
  if (live.job.start_timeout) {
    timers_.Arm(JobTimer(TimerKey::Kind::kStartTimeout, id),
                now_.mono + std::chrono::ceil<Millis>(*live.job.start_timeout));
  }
}

void Broker::Refuse(const JobRequested& input, JobRefused::Reason reason, std::string message) {
  const JobRefused refused{reason, std::move(message)};
  if (input.on_accepted) Emit(Answer{*input.on_accepted, refused});
  if (input.on_ended) Emit(Answer{*input.on_ended, refused});
}

// What waited still waits. What had a worker may have run, and its worker cannot be asked: it
// fails.
void Broker::On(JobRecovered input) {
  const JobId id = input.job.id;
  LiveJob& live = jobs_[id];
  live.job = std::move(input.job);
  live.key = {-static_cast<std::int64_t>(live.job.priority), ++next_order_};
  live.inserting = false;
  live.dispatchable = true;
  if (live.job.worker || live.job.state != JobState::kQueued) {
    live.job.worker.reset();
    return Fail(live, kMasterStopped);
  }
  LiveContext& context = TouchContext(live.job.context);
  context.queue.emplace(live.key, id);
  if (live.job.start_timeout) {
    timers_.Arm(JobTimer(TimerKey::Kind::kStartTimeout, id),
                now_.mono + std::chrono::ceil<Millis>(*live.job.start_timeout));
  }
}

void Broker::Dispatch(LiveJob& live, LiveWorker& worker) {
  Job& job = live.job;
  LiveContext& context = TouchContext(job.context);
  context.queue.erase(live.key);
  ++context.running;
  worker.jobs.insert(job.id);
  worker.used = true;
  timers_.Cancel(JobTimer(TimerKey::Kind::kStartTimeout, job.id));
  timers_.Cancel({TimerKey::Kind::kDowntime, job.context.value});

  job.worker = worker.id;
  ++job.attempt;
  if (job.perform_timeout) {
    timers_.Arm(JobTimer(TimerKey::Kind::kPerformTimeout, job.id),
                now_.mono + std::chrono::ceil<Millis>(*job.perform_timeout));
  }
  // A job that is durable as waiting must be durable as assigned before it runs, or a master that
  // starts again would run it twice. One whose insert is in the same batch is either stored as
  // assigned or not at all, so its worker, whose result is gated anyway, need not wait.
  const bool stored_as_waiting = !live.inserting;
  Write(AssignWorker{job.id, job.state, job.attempt, worker.id});
  SendRun run{{worker.id, job.id, job.attempt}, job.call, job.arguments};
  if (stored_as_waiting) {
    Gate(std::move(run));
  } else {
    Emit(std::move(run));
  }
  Publish(live, JobEvent::Kind::kWorkerAssigned);
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
  Fail(*live, input.error);
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

void Broker::On(ReportsReceived input) {
  Gate(ReportsDurable{input.worker, input.through});
}

// ---- cancel -------------------------------------------------------------------------------------

void Broker::On(CancelRequested input) {
  LiveJob* live = FindJob(input.job);
  if (live == nullptr || live->refused) {
    if (input.on_ended) Gate(Answer{*input.on_ended, NoSuchJob{}});
    return;
  }
  if (input.on_ended) live->waiters.push_back(*input.on_ended);
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
  Gate(SendCancel{{*live.job.worker, live.job.id, live.job.attempt}, reason});
  timers_.Cancel(JobTimer(TimerKey::Kind::kPerformTimeout, live.job.id));
  timers_.Arm(JobTimer(TimerKey::Kind::kCancelGrace, live.job.id),
              now_.mono + options_.cancel_grace);
}

void Broker::EndCancelled(LiveJob& live) {
  Move(live, JobState::kCancelled);
  Log(live.job.id, LogLevel::kWarn, "Job was cancelled: " + live.cancel_reason);
  Retire(live);
}

// ---- moves and ends -----------------------------------------------------------------------------

void Broker::Fail(LiveJob& live, const std::string& error) {
  Move(live, JobState::kFailed, QuoteJson(error));
  Log(live.job.id, LogLevel::kError, "FailedEvent with Error: \n " + error);
  Retire(live);
}

void Broker::Move(LiveJob& live, JobState to, std::optional<JsonText> result) {
  Job& job = live.job;
  MoveJob move{job.id, job.state, to, job.attempt, {}, {}, {}, result};
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
}

void Broker::Retire(LiveJob& live) {
  const JobId id = live.job.id;
  if (!live.waiters.empty()) {
    const auto job = std::make_shared<const Job>(live.job);
    for (const CallerId caller : live.waiters)
      Gate(Answer{caller, JobEnded{job, live.cancel_reason}});
  }
  for (const auto kind : {TimerKey::Kind::kStartTimeout, TimerKey::Kind::kPerformTimeout,
                          TimerKey::Kind::kCancelGrace}) {
    timers_.Cancel(JobTimer(kind, id));
  }
  LiveContext& context = TouchContext(live.job.context);
  context.queue.erase(live.key);
  LiveWorker* worker = live.job.worker ? FindWorker(*live.job.worker) : nullptr;
  if (live.job.worker) --context.running;
  jobs_.erase(id);
  if (worker != nullptr) {
    worker->jobs.erase(id);
    AfterJob(*worker);
  }
}

void Broker::Publish(const LiveJob& live, JobEvent::Kind kind) {
  if (live.refused) return;
  Gate(PublishEvent{{kind, now_.wall, std::make_shared<const Job>(live.job)}});
  if (const auto message = LogMessage(kind, live.job)) Log(live.job.id, LogLevel::kInfo, *message);
}

void Broker::Log(const JobId& id, LogLevel level, std::string message) {
  Gate(AppendLog{id, {{LogLine{now_.wall, level, std::move(message), {}}}, {}}});
}

LiveJob* Broker::FindJob(const JobId& id) {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &found->second;
}

LiveJob* Broker::FindAttempt(const AttemptRef& attempt) {
  LiveJob* live = FindJob(attempt.job);
  if (live == nullptr || live->job.worker != attempt.worker || live->job.attempt != attempt.attempt)
    return nullptr;
  return live;
}

}  // namespace mist
