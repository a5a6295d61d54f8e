#include "tests/simulation/checker.h"

#include <algorithm>

#include "master/broker/job_state.h"

namespace mist::simulation {
namespace {

void Require(bool holds, const std::string& what) {
  if (!holds) throw Violation(what);
}

JobState StateOf(JobEvent::Kind kind) {
  switch (kind) {
    case JobEvent::Kind::kInitialized:
    case JobEvent::Kind::kQueued:
    case JobEvent::Kind::kWorkerAssigned:
      return JobState::kQueued;
    case JobEvent::Kind::kDownloading:
      return JobState::kDownloading;
    case JobEvent::Kind::kStarted:
      return JobState::kStarted;
    case JobEvent::Kind::kCancelling:
      return JobState::kCancelling;
    case JobEvent::Kind::kFinished:
      return JobState::kFinished;
    case JobEvent::Kind::kFailed:
      return JobState::kFailed;
    case JobEvent::Kind::kCancelled:
      return JobState::kCancelled;
  }
  return JobState::kInitialized;
}

}  // namespace

// ---- the store ----------------------------------------------------------------------------------

void Checker::Submitted(const Persist& persist) {
  Require(!in_flight_, "a batch was submitted while another was in flight");
  Require(!persist.batch.empty(), "an empty batch was submitted");
  Require(persist.number == last_number_ || persist.number == last_number_ + 1,
          "batch numbers have a gap");
  if (persist.number == last_number_ + 1) CheckOrder(persist.batch);
  last_number_ = persist.number;
  in_flight_ = persist;
}

void Checker::Committed(std::uint64_t number) {
  Require(in_flight_ && in_flight_->number == number,
          "the simulated store committed a batch it does not have");
  for (const Mutation& mutation : in_flight_->batch) Apply(mutation);
  in_flight_.reset();
}

void Checker::Failed(std::uint64_t number) {
  Require(in_flight_ && in_flight_->number == number,
          "the simulated store failed a batch it does not have");
  for (const Mutation& mutation : in_flight_->batch) {
    const auto* insert = std::get_if<InsertJob>(&mutation);
    if (insert == nullptr) continue;
    const auto key = waiting_keys_.find(insert->job->id);
    if (key == waiting_keys_.end()) continue;
    waiting_[key->second.first].erase(key->second.second);
    waiting_keys_.erase(key);
  }
  in_flight_.reset();
}

void Checker::Crashed(bool in_flight_was_written) {
  if (in_flight_ && in_flight_was_written) {
    for (const Mutation& mutation : in_flight_->batch) Apply(mutation);
  }
  in_flight_.reset();
  last_number_ = 0;
  last_published_ = 0;
  callers_.clear();
  waiting_.clear();
  waiting_keys_.clear();
  waiting_again_.clear();
  failed_.clear();  // what was not written is told again, or is lost with its worker
  accepted_order_ = 0;
  for (const Job& job : Unfinished()) {
    const Place place{-job.priority, ++accepted_order_};
    if (job.state == JobState::kQueued && !job.worker) Waits(job.id, job.context, place);
  }
}

void Checker::Apply(const Mutation& mutation) {
  if (const auto* insert = std::get_if<InsertJob>(&mutation)) {
    const JobId& id = insert->job->id;
    Require(!durable_.contains(id), id.value + " was inserted twice");
    durable_[id] = {*insert->job, {insert->job->state}};
  } else if (const auto* assign = std::get_if<AssignWorker>(&mutation)) {
    Row& row = durable_.at(assign->id);
    Require(row.job.state == assign->state,
            assign->id.value + " was assigned in another state than the store's");
    Require(assign->attempt == row.job.attempt + 1,
            assign->id.value + " skipped or repeated an attempt number");
    row.job.worker = assign->worker;
    row.job.attempt = assign->attempt;
  } else if (const auto* requeue = std::get_if<RequeueJob>(&mutation)) {
    Row& row = durable_.at(requeue->id);
    Require(row.job.state == requeue->from && !IsTerminal(row.job.state),
            requeue->id.value + " was queued again from a state that the store does not have");
    CheckRetry(row.job);
    row.job.state = JobState::kQueued;
    row.job.worker.reset();
  } else if (const auto* save = std::get_if<SaveWorker>(&mutation)) {
    worker_rows_[save->worker.id] = save->worker.config;
  } else if (const auto* removal = std::get_if<DeleteWorker>(&mutation)) {
    worker_rows_.erase(removal->id);
  } else if (const auto* failed = std::get_if<SaveFailedStarts>(&mutation)) {
    failed_starts_[failed->failed.context] = failed->failed;
  } else if (const auto* over = std::get_if<DeleteFailedStarts>(&mutation)) {
    failed_starts_.erase(over->context);
  } else if (const auto* append = std::get_if<AppendEvents>(&mutation)) {
    for (const EventRecord& event : append->events) {
      Require(event.number > LastEvent(), "event numbers do not rise");
      events_[event.number] = event;
    }
  } else if (const auto* move = std::get_if<MoveJob>(&mutation)) {
    Require(durable_.contains(move->id), move->id.value + " was moved but never inserted");
    Row& row = durable_.at(move->id);
    Require(row.job.state == move->from,
            move->id.value + " was moved from a state that the store does not have");
    Require(IsAllowedMove(move->from, move->to),
            move->id.value + " made a move that is not allowed");
    row.job.state = move->to;
    row.job.result = move->result;
    row.history.insert(move->to);
  }
}

// What a job itself says of further attempts holds, whatever its context says and whichever master
// it has by now.
void Checker::CheckRetry(const Job& job) const {
  const std::pair attempt{job.id, job.attempt};
  if (unknown_.contains(attempt)) return;
  Require(job.attempt <= job.retry.retries.value_or(job.attempt),
          job.id.value + " has more attempts than it asked for");
  Require(job.retry.retry_on != RetryOn::kWorkerLost || !failed_.contains(attempt),
          job.id.value + " has another attempt although its function failed");
}

// Invariant 4, on the order in which the broker writes its decisions down.
void Checker::CheckOrder(const std::vector<Mutation>& batch) {
  for (const Mutation& mutation : batch) {
    if (const auto* insert = std::get_if<InsertJob>(&mutation)) {
      Waits(insert->job->id, insert->job->context, {-insert->job->priority, ++accepted_order_});
      continue;
    }
    if (const auto* requeue = std::get_if<RequeueJob>(&mutation)) {
      waiting_again_.insert(requeue->id);
      continue;
    }
    const auto* assign = std::get_if<AssignWorker>(&mutation);
    const auto* move = std::get_if<MoveJob>(&mutation);
    if (assign == nullptr && move == nullptr) continue;
    const JobId& id = assign != nullptr ? assign->id : move->id;
    const auto key = waiting_keys_.find(id);
    if (key == waiting_keys_.end()) {
      const bool again = waiting_again_.erase(id) > 0;
      Require(assign == nullptr || again, id.value + " was assigned although it did not wait");
      continue;
    }
    auto& queue = waiting_[key->second.first];
    Require(assign == nullptr || queue.begin()->second == id,
            id.value + " overtook " + queue.begin()->second.value);
    queue.erase(key->second.second);
    waiting_keys_.erase(key);
  }
}

void Checker::Waits(const JobId& id, const ContextName& context, Place place) {
  waiting_[context].emplace(place, id);
  waiting_keys_[id] = {context, place};
}

const Checker::Row& Checker::DurableRow(const JobId& id, const std::string& because) const {
  const auto found = durable_.find(id);
  Require(found != durable_.end(), id.value + " is not durable, but " + because);
  return found->second;
}

// ---- the outside --------------------------------------------------------------------------------

void Checker::CallerAsked(CallerId caller, const JobId& job) {
  callers_[caller] = job;
}

void Checker::Saw(const Effect& effect) {
  if (const auto* run = std::get_if<SendRun>(&effect)) {
    SawRun(*run);
  } else if (const auto* answer = std::get_if<Answer>(&effect)) {
    SawAnswer(*answer);
  } else if (const auto* publish = std::get_if<PublishEvent>(&effect)) {
    SawEvent(publish->event);
  } else if (const auto* log = std::get_if<AppendLog>(&effect)) {
    DurableRow(log->job, "a line was written to its log");
  } else if (const auto* start = std::get_if<StartWorker>(&effect)) {
    Require(worker_rows_.contains(start->worker),
            start->worker.value + " was started before the store knew it");
    Require(every_worker_.insert(start->worker).second, start->worker.value + " was started twice");
    const bool shared = start->config.worker_mode == WorkerMode::kShared;
    workers_[start->worker] = {start->config.name,
                               start->config.worker_mode,
                               shared ? start->config.jobs_per_worker : 1,
                               0,
                               {}};
  }
}

// Invariant 3.
void Checker::SawRun(const SendRun& run) {
  Require(attempts_.insert({run.attempt.job, run.attempt.attempt}).second,
          "an attempt of " + run.attempt.job.value + " was sent twice");
  const auto found = workers_.find(run.attempt.worker);
  if (found == workers_.end()) return;  // it died while the command was on its way
  Worker& worker = found->second;
  std::int32_t running = 1;
  for (const auto& [id, other] : workers_) {
    Require(!other.jobs.contains(run.attempt.job),
            run.attempt.job.value + " was sent to a second worker");
    if (other.context == worker.context) running += static_cast<std::int32_t>(other.jobs.size());
  }
  Require(running <= limits_[worker.context],
          "context " + worker.context.value + " runs more jobs than its limit");
  Require(worker.mode == WorkerMode::kShared || worker.runs == 0,
          "exclusive worker " + run.attempt.worker.value + " was given a second job");
  worker.jobs.insert(run.attempt.job);
  ++worker.runs;
  Require(static_cast<std::int32_t>(worker.jobs.size()) <= worker.slots,
          run.attempt.worker.value + " runs more jobs than it has slots");
}

// Invariant 2. Also what lets a stream go on where it was cut: an event has the number under which
// the store has it, and comes after all with lower numbers.
void Checker::SawEvent(const JobEvent& event) {
  const std::string name = event.job->id.value + ": event " + std::string(ToString(event.kind));
  const Row& row = DurableRow(event.job->id, "its event was published");
  Require(row.history.contains(StateOf(event.kind)), name + " is ahead of the store");
  if (event.kind == JobEvent::Kind::kWorkerAssigned) {
    Require(row.job.attempt >= event.job->attempt, name + " is ahead of the store");
  }
  Require(event.kind != JobEvent::Kind::kStarted || event.time == event.job->started,
          name + " tells another time than the job");
  const auto stored = events_.find(event.number);
  Require(stored != events_.end() && stored->second.job == event.job->id &&
              stored->second.kind == event.kind,
          name + " is not in the store under its number");
  Require(event.number > last_published_, name + " came after a later one");
  last_published_ = event.number;
}

// Invariant 2.
void Checker::SawAnswer(const Answer& answer) {
  const auto caller = callers_.find(answer.caller);
  Require(caller != callers_.end(), "a caller was answered twice, or never asked");
  if (const auto* accepted = std::get_if<JobAccepted>(&answer.body)) {
    Require(accepted->job == caller->second, "a caller was told about another job");
    DurableRow(accepted->job, "its caller was told so");
    accepted_.insert(accepted->job);
  } else if (const auto* ended = std::get_if<JobEnded>(&answer.body)) {
    const Row& row = DurableRow(ended->job->id, "its caller was told that it has ended");
    Require(IsTerminal(row.job.state) && row.job.state == ended->job->state &&
                row.job.result == ended->job->result,
            ended->job->id.value + ": the caller was told another end than the store has");
  }
  callers_.erase(caller);
}

// ---- the world ----------------------------------------------------------------------------------

void Checker::LimitSet(const ContextName& context, std::int32_t max_jobs) {
  limits_[context] = std::max(limits_[context], max_jobs);
}

void Checker::JobLeftWorker(const WorkerId& worker, const JobId& job) {
  if (const auto found = workers_.find(worker); found != workers_.end())
    found->second.jobs.erase(job);
}

void Checker::WorkerGone(const WorkerId& worker) {
  workers_.erase(worker);
}

void Checker::WorkerKeeps(const WorkerId& worker, const std::vector<Job>& assigned) {
  const auto found = workers_.find(worker);
  if (found == workers_.end()) return;
  std::erase_if(found->second.jobs, [&](const JobId& id) {
    return std::none_of(assigned.begin(), assigned.end(),
                        [&id](const Job& job) { return job.id == id; });
  });
}

// Invariant 1.
void Checker::CheckAllEnded() const {
  for (const JobId& id : accepted_) {
    const Row& row = DurableRow(id, "its caller was told so");
    Require(IsTerminal(row.job.state),
            id.value + " never ended: " + std::string(ToString(row.job.state)));
  }
  for (const auto& [id, row] : durable_) {
    Require(IsTerminal(row.job.state),
            id.value + " never ended: " + std::string(ToString(row.job.state)));
  }
  Require(callers_.empty(), "a caller was never answered");
}

// Invariant 5.
void Checker::CheckNoWorkerLeft() const {
  Require(worker_rows_.empty(), "a worker was left in the store");
  Require(workers_.empty(), workers_.empty() ? "" : workers_.begin()->first.value + " was leaked");
}

std::vector<Job> Checker::Unfinished() const {
  std::vector<Job> jobs;
  for (const auto& [id, row] : durable_) {
    if (!IsTerminal(row.job.state)) jobs.push_back(row.job);
  }
  return jobs;
}

std::map<JobState, int> Checker::Ends() const {
  std::map<JobState, int> ends;
  for (const auto& [id, row] : durable_) ++ends[row.job.state];
  return ends;
}

std::vector<JobId> Checker::Alive() const {
  std::vector<JobId> ids;
  for (const auto& [id, row] : durable_) {
    if (!IsTerminal(row.job.state)) ids.push_back(id);
  }
  return ids;
}

}  // namespace mist::simulation
