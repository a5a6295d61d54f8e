#include "master/broker/broker.h"

#include <algorithm>
#include <utility>

namespace mist {
namespace {

std::string CancelWaits(const JobId& job, const std::string& reason) {
  return "The cancel of job " + job.value +
         " waits for room on the disk, and is lost if the master is started again before: " +
         reason;
}

}  // namespace

Broker::Broker(BrokerOptions options)
    : options_(std::move(options)), last_event_(options_.last_event) {}

std::vector<Effect> Broker::Handle(std::deque<Input> inputs, Now now) {
  now_ = now;
  effects_.clear();
  for (Input& input : inputs) Handle(std::move(input));
  if (!in_flight_ && !open_.mutations.empty()) SubmitBatch();
  if (shutting_down_) CompleteShutdown();
  return std::exchange(effects_, {});
}

void Broker::Handle(Input input) {
  std::visit([this](auto&& message) { On(std::forward<decltype(message)>(message)); },
             std::move(input));
  for (const ContextName& name : std::exchange(touched_, {})) {
    const auto found = contexts_.find(name);
    if (found == contexts_.end()) continue;
    Schedule(found->second);
    if (IsUnused(found->second)) contexts_.erase(found);
  }
}

// ---- batches ------------------------------------------------------------------------------------

void Broker::Emit(Effect effect) {
  if (const auto* answer = std::get_if<Answer>(&effect)) cancels_.erase(answer->caller);
  effects_.push_back(std::move(effect));
}

void Broker::Gate(Effect effect) {
  if (!open_.mutations.empty()) {
    open_.gated.push_back(std::move(effect));
  } else if (in_flight_) {
    in_flight_->gated.push_back(std::move(effect));
  } else {
    Emit(std::move(effect));
  }
}

void Broker::SubmitBatch() {
  in_flight_ = std::exchange(open_, {});
  for (const JobId& id : in_flight_->inserted) {
    if (LiveJob* live = FindJob(id)) live->inserting = false;
  }
  ++batch_number_;
  PersistInFlight();
}

void Broker::PersistInFlight() {
  std::vector<Mutation> batch = in_flight_->mutations;
  if (const auto& events = in_flight_->events; !events.empty()) {
    AppendEvents append;
    append.events.reserve(events.size());
    std::transform(events.begin(), events.end(), std::back_inserter(append.events), RecordOf);
    batch.emplace_back(std::move(append));
  }
  Emit(Persist{batch_number_, std::move(batch)});
}

void Broker::On(StorageCommitted input) {
  if (!in_flight_ || input.through != batch_number_) return;
  Batch batch = std::move(*in_flight_);
  in_flight_.reset();
  storage_trouble_.clear();
  for (Effect& effect : batch.gated) Emit(std::move(effect));
  for (const JobId& id : batch.inserted) {
    LiveJob* live = FindJob(id);
    if (live == nullptr || live->refused) continue;
    live->dispatchable = true;
    TouchContext(live->job.context);
  }
  for (StartWorker& start : batch.planned) Begin(std::move(start));
}

// Nothing of the batch was written. Jobs that it was to accept are refused, since their callers
// still wait and can be told; everything else states what has happened already, so it is tried
// again until it is written.
void Broker::On(StorageFailed input) {
  if (!in_flight_ || input.number != batch_number_) return;
  storage_trouble_ = input.reason;
  RefuseInserted(*in_flight_, input.reason);
  RefuseInserted(open_, input.reason);
  if (in_flight_->mutations.empty()) {
    Batch rest = std::move(*in_flight_);
    in_flight_.reset();
    for (Effect& effect : rest.gated) Emit(std::move(effect));
    if (open_.mutations.empty()) {
      for (Effect& effect : std::exchange(open_, {}).gated) Emit(std::move(effect));
      storage_trouble_.clear();
    }
    return;
  }
  RefuseCancels(input.reason);
  timers_.Arm({TimerKey::Kind::kStorageRetry, {}}, now_.mono + options_.storage_retry);
}

// Who cancels a job is not left waiting until there is room, which may take hours. What was begun
// goes on, as a cancel that was asked for cannot do harm: it is carried out when it is stored.
void Broker::RefuseCancels(const std::string& reason) {
  if (cancels_.empty()) return;
  std::set<JobId> unstored;
  for (const Batch* batch : {&*in_flight_, &open_}) {
    for (const Mutation& mutation : batch->mutations) {
      if (const auto* move = std::get_if<MoveJob>(&mutation)) unstored.insert(move->id);
    }
  }
  for (const auto& [caller, job] : std::map(cancels_)) {
    if (!unstored.contains(job)) continue;
    if (LiveJob* live = FindJob(job)) std::erase(live->waiters, caller);
    for (Batch* batch : {&*in_flight_, &open_}) {
      std::erase_if(batch->gated, [id = caller](const Effect& effect) {
        const auto* answer = std::get_if<Answer>(&effect);
        return answer != nullptr && answer->caller == id;
      });
    }
    Emit(Answer{caller, JobRefused{JobRefused::Reason::kDiskFull, CancelWaits(job, reason)}});
  }
}

void Broker::RefuseInserted(Batch& batch, const std::string& reason) {
  for (const JobId& id : std::exchange(batch.inserted, {})) {
    const auto concerns = [&id](const Mutation& mutation) {
      if (const auto* insert = std::get_if<InsertJob>(&mutation)) return insert->job->id == id;
      if (const auto* move = std::get_if<MoveJob>(&mutation)) return move->id == id;
      if (const auto* assign = std::get_if<AssignWorker>(&mutation)) return assign->id == id;
      if (const auto* requeue = std::get_if<RequeueJob>(&mutation)) return requeue->id == id;
      return false;
    };
    for (Batch* changed : {in_flight_ ? &*in_flight_ : nullptr, &open_}) {
      if (changed == nullptr) continue;
      std::erase_if(changed->mutations, concerns);
      std::erase_if(changed->events, [&id](const JobEvent& event) { return event.job->id == id; });
      DropEffectsOf(id, changed->gated);
    }
    LiveJob* live = FindJob(id);
    if (live == nullptr) continue;
    for (const CallerId caller : std::exchange(live->waiters, {})) {
      Emit(Answer{caller, JobRefused{JobRefused::Reason::kDiskFull, reason}});
    }
    live->refused = true;
    if (live->job.worker) {
      Emit(SendCancel{{*live->job.worker, id, live->job.attempt}, "the job could not be stored"});
      timers_.Arm({TimerKey::Kind::kCancelGrace, id.value}, now_.mono + options_.cancel_grace);
    } else {
      Retire(*live);
    }
  }
}

// Callers hear that the job was refused instead of what they were to hear, and at once: the batch
// may have to wait for room. Nobody else hears of it.
void Broker::DropEffectsOf(const JobId& id, std::vector<Effect>& gated) {
  const auto drop = [&](Effect& effect) {
    if (const auto* event = std::get_if<PublishEvent>(&effect)) return event->event.job->id == id;
    if (const auto* run = std::get_if<SendRun>(&effect)) return run->attempt.job == id;
    if (auto* log = std::get_if<AppendLog>(&effect)) {
      if (log->job != id) return false;
      if (log->batch.written) log->batch.written();
      return true;
    }
    if (auto* answer = std::get_if<Answer>(&effect)) {
      const auto* accepted = std::get_if<JobAccepted>(&answer->body);
      const auto* ended = std::get_if<JobEnded>(&answer->body);
      if ((accepted != nullptr && accepted->job == id) ||
          (ended != nullptr && ended->job->id == id)) {
        Emit(Answer{answer->caller, JobRefused{JobRefused::Reason::kDiskFull, storage_trouble_}});
        return true;
      }
    }
    return false;
  };
  std::erase_if(gated, drop);
}

// ---- timers -------------------------------------------------------------------------------------

void Broker::On(TimerFired) {
  while (const auto key = timers_.TakeDue(now_.mono)) Fire(*key);
}

void Broker::Fire(const TimerKey& key) {
  switch (key.kind) {
    case TimerKey::Kind::kStartTimeout:
      if (LiveJob* live = FindJob({key.subject}); live != nullptr && !live->job.worker) {
        AskCancel(*live, "start timeout was exceeded: " + Describe(live->job.start_timeout));
      }
      break;
    case TimerKey::Kind::kPerformTimeout:
      if (LiveJob* live = FindJob({key.subject})) AskCancel(*live, "timeout");
      break;
    case TimerKey::Kind::kCancelGrace:
      if (LiveJob* live = FindJob({key.subject}); live != nullptr && live->job.worker) {
        if (LiveWorker* worker = FindWorker(*live->job.worker)) {
          worker->overdue_cancels.insert(live->job.id);
          Kill(*worker, "job " + key.subject + " did not end after its cancel");
        }
      }
      break;
    case TimerKey::Kind::kRetry:
      if (LiveJob* live = FindJob({key.subject})) Enqueue(*live);
      break;
    case TimerKey::Kind::kRegister:
      if (LiveWorker* worker = FindWorker({key.subject})) {
        const std::string reason = "Registration for " + key.subject + " wasn't happened for " +
                                   Describe(options_.register_timeout);
        CountFailedStart(*worker, reason);
        Kill(*worker, reason);
      }
      break;
    case TimerKey::Kind::kReady:
      if (LiveWorker* worker = FindWorker({key.subject})) {
        const std::string reason = "Worker " + key.subject +
                                   " was terminated during initialization: its Spark context " +
                                   "was not ready after " + Describe(options_.ready_timeout);
        CountFailedStart(*worker, reason);
        Kill(*worker, reason);
      }
      break;
    case TimerKey::Kind::kStop:
      if (LiveWorker* worker = FindWorker({key.subject}))
        Kill(*worker, "it did not stop when it was asked to");
      break;
    case TimerKey::Kind::kDowntime:
      if (const auto found = contexts_.find({key.subject}); found != contexts_.end()) {
        for (const WorkerId& id : found->second.workers) {
          if (LiveWorker& worker = workers_.at(id); worker.phase == LiveWorker::Phase::kReady) {
            StopGently(worker, "idle for longer than the context's downtime");
          }
        }
      }
      break;
    case TimerKey::Kind::kBackoff: {
      LiveContext& context = TouchContext({key.subject});
      context.backoff_until.reset();
      break;
    }
    case TimerKey::Kind::kStorageRetry:
      if (in_flight_) PersistInFlight();
      break;
    case TimerKey::Kind::kShutdown:
      for (auto& [id, worker] : workers_) Kill(worker, "the master is stopping");
      break;
  }
}

// ---- shutdown -----------------------------------------------------------------------------------

void Broker::On(ShutdownRequested input) {
  if (shutting_down_) return;
  shutting_down_ = true;
  timers_.Arm({TimerKey::Kind::kShutdown, {}}, input.deadline);
  for (auto& [id, live] : jobs_) {
    if (live.job.worker) continue;
    for (const CallerId caller : std::exchange(live.waiters, {})) {
      Gate(Answer{caller, JobRefused{JobRefused::Reason::kShuttingDown,
                                     "the master is stopping; job " + id.value + " stays queued"}});
    }
  }
  for (auto& [id, worker] : workers_) {
    if (worker.phase == LiveWorker::Phase::kReady && worker.jobs.empty()) {
      StopGently(worker, "the master is stopping");
    } else if (worker.phase < LiveWorker::Phase::kReady && worker.jobs.empty()) {
      Kill(worker, "the master is stopping");
    }
  }
}

void Broker::CompleteShutdown() {
  if (shutdown_complete_ || !workers_.empty() || in_flight_ || !open_.mutations.empty()) return;
  shutdown_complete_ = true;
  Emit(ShutdownComplete{});
}

}  // namespace mist
