// The deterministic heart of the master: every queue and every scheduling decision. A state machine
// without I/O, clock, threads or randomness: Handle() takes an input and the time and returns
// effects; the same inputs give the same effects. BrokerLoop runs it on one thread;
// tests/simulation runs it under faults.
//
// What holds after every Handle():
//   1. Every accepted job reaches exactly one terminal state, once.
//   2. Nothing is answered, published or logged before the fact that it states is durable: such
//   effects wait in the
//      batch whose commit they depend on ("gated").
//   3. A job is never on two workers at once, an exclusive worker never takes a second job, a
//   context never runs more
//      than max_jobs jobs.
//   4. Jobs of one context start in order of priority, then of acceptance.
//   5. Every started worker is ready, stopped, or its start has failed and is counted. The store
//   knows it as long as it may live.
//
// The store is written in batches, one at a time: while one is being committed, the next collects
// (group commit). Inputs that have arrived together share a batch. So a batch that could not be
// written is known as a whole, and is tried again without the jobs that it was to accept.
//
// Files: broker.cc (dispatch, batches, timers), broker_jobs.cc (a job's way), broker_workers.cc (a
// worker's way), broker_contexts.cc (queues, scheduling, settings), broker_view.cc (what is told of
// it all).
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "master/broker/messages.h"
#include "master/broker/state.h"

namespace mist {

struct BrokerOptions {
  ContextConfig context_defaults;  // for contexts that nobody has configured
  std::string instance;            // a UUID of this run of the master: part of worker ids
  EventNumber last_event = 0;      // the last one that the store has
  Timeout register_timeout = std::chrono::seconds(120);  // spawn until registration
  Timeout ready_timeout = std::chrono::seconds(120);  // registration until the Spark context is up
  Millis cancel_grace{10'000};  // a cancelled job that does not end by then costs its worker
  Millis stop_grace{30'000};    // a worker that was asked to stop is killed after it
  Millis start_backoff{1'000};  // after the first failed start; doubles
  Millis start_backoff_max{30'000};
  Millis retry_backoff_max{60'000};
  Millis storage_retry{1'000};  // after a write that failed for certain
  std::size_t max_queued_per_context = 100'000;
  // Workers of one context that start at the same time: each start costs seconds of several cores.
  std::int32_t max_starting_per_context = 8;
};

struct Now {
  MonoTime mono;
  WallTime wall;
};

class Broker {
 public:
  explicit Broker(BrokerOptions options);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // In order, as if one came after the other; what they write is one batch.
  [[nodiscard]] std::vector<Effect> Handle(std::deque<Input> inputs, Now now);

  // When TimerFired must be given at the latest.
  std::optional<MonoTime> NextTimer() const { return timers_.Next(); }

 private:
  // Mutations on their way to the store, and the effects that must wait for them.
  struct Batch {
    std::vector<Mutation> mutations;
    std::vector<JobEvent> events;  // of the moves among the mutations
    std::vector<Effect> gated;
    std::vector<JobId> inserted;
    std::vector<StartWorker> planned;  // workers that are started once it is written
  };

  void Handle(Input input);

  // One per input; broker.cc, broker_jobs.cc, broker_workers.cc, broker_contexts.cc.
  void On(JobRequested input);
  void On(FailedStartsRecovered input);
  void On(WorkerRecovered input);
  void On(JobRecovered input);
  void On(RecoveryEnded input);
  void On(CancelRequested input);
  void On(WaitRequested input);
  void On(ViewRequested input);
  void On(WaitReasonRequested input);
  void On(ProgressRequested input);
  void On(ContextSaved input);
  void On(ContextDeleted input);
  void On(WorkerRegistered input);
  void On(WorkerReturned input);
  void On(WorkerReady input);
  void On(WorkerStartFailed input);
  void On(WorkerLost input);
  void On(WorkerStopRequested input);
  void On(AttemptUnknown input);
  void On(JobDownloading input);
  void On(JobStarted input);
  void On(JobFinished input);
  void On(JobFailed input);
  void On(JobCancelled input);
  void On(JobLogged input);
  void On(JobProgressed input);
  void On(ReportsReceived input);
  void On(StorageCommitted input);
  void On(StorageFailed input);
  void On(TimerFired input);
  void On(ShutdownRequested input);

  // Batches, effects, timers (broker.cc).
  void Emit(Effect effect);
  void Gate(Effect effect);
  void Write(Mutation mutation) { open_.mutations.push_back(std::move(mutation)); }
  void SubmitBatch();
  void PersistInFlight();
  void RefuseInserted(Batch& batch, const std::string& reason);
  void RefuseCancels(const std::string& reason);
  void DropEffectsOf(const JobId& id, std::vector<Effect>& gated);
  void Fire(const TimerKey& key);
  void CompleteShutdown();

  // Jobs (broker_jobs.cc).
  LiveJob* FindJob(const JobId& id);
  LiveJob* FindAttempt(const AttemptRef& attempt);
  void Move(LiveJob& live, JobState to, std::optional<JsonText> result = {});
  void Publish(const LiveJob& live, JobEvent::Kind kind);
  void Publish(const std::shared_ptr<const Job>& job, std::initializer_list<JobEvent::Kind> kinds);
  WallTime TimeOf(JobEvent::Kind kind, const Job& job) const;
  void LogEvent(LiveJob& live, JobEvent::Kind kind);
  void Log(LiveJob& live, LogLevel level, std::string message);
  void Enqueue(LiveJob& live);
  void LeaveWorker(LiveJob& live, const std::string& reason);
  bool Retry(LiveJob& live, RetryOn reason, const std::string& error);
  void Dispatch(LiveJob& live, LiveWorker& worker);
  void Occupy(LiveJob& live, LiveWorker& worker);
  void GoOn(LiveJob& live, LiveWorker& worker);
  void LimitTime(const LiveJob& live, Millis ran);
  void AskCancel(LiveJob& live, const std::string& reason);
  void SendCancelTo(const LiveJob& live);
  void Fail(LiveJob& live, const std::string& error);
  void EndCancelled(LiveJob& live);
  void Retire(
      LiveJob& live);  // after the last move: answers waiters, frees the slot, forgets the job
  // Counts the job as one that waits or has a worker, +1 or -1.
  void CountQueued(const Job& job, int change);
  void CountRunning(const Job& job, int change);
  void Refuse(const JobRequested& input, JobRefused::Reason reason, std::string message);

  // Workers (broker_workers.cc).
  LiveWorker* FindWorker(const WorkerId& id);
  void StartOne(LiveContext& context);
  void Begin(StartWorker start);
  LiveWorker& AddWorker(const WorkerId& id, LiveContext& context, const ContextConfig& config);
  void BecomeReady(LiveWorker& worker);
  void StopGently(LiveWorker& worker, const std::string& reason);
  void Kill(LiveWorker& worker, const std::string& reason);
  void CountFailedStart(LiveWorker& worker, const std::string& reason);
  void Forget(WorkerId id, std::string reason);
  void LoseJob(LiveJob& live, const std::string& reason);
  void AfterJob(LiveWorker& worker);

  // Contexts (broker_contexts.cc). Whatever may let a job start or a worker go calls
  // TouchContext(); Handle() schedules the touched contexts at its end, so that no decision is
  // taken in the middle of another.
  LiveContext& TouchContext(const ContextName& name);
  JobWaits::Reason WhyWaits(const LiveContext& context) const;
  void Schedule(LiveContext& context);
  LiveWorker* PickWorker(const LiveContext& context);
  void StartMissing(LiveContext& context);
  void StopSurplus(LiveContext& context);
  std::int32_t FreeSlots(const LiveContext& context) const;
  Millis NoteFailedStart(LiveContext& context, const std::string& reason);
  void ForgetFailedStarts(LiveContext& context, const std::string& why);
  void FailQueue(LiveContext& context);
  void RetireOldWorkers(LiveContext& context);
  void ArmDowntime(LiveContext& context);
  bool IsUnused(const LiveContext& context) const;

  const BrokerOptions options_;

  Now now_{};                    // of the inputs that are being handled
  std::vector<Effect> effects_;  // of the inputs that are being handled

  std::set<ContextName> touched_;  // by the input that is being handled

  std::unordered_map<JobId, LiveJob> jobs_;
  std::unordered_map<WorkerId, LiveWorker> workers_;
  std::map<ContextName, LiveContext> contexts_;            // with jobs, workers or trouble
  std::map<FunctionName, BrokerView::Load> loads_;         // of jobs_
  std::map<ContextName, BrokerView::Load> context_loads_;  // the same
  std::map<ContextName, ContextConfig> configs_;           // stored or from the configuration file
  std::unordered_map<std::string, std::uint64_t>
      worker_counts_;  // by id prefix, so that no id comes twice
  TimerTable timers_;

  Batch open_;                      // collects
  std::optional<Batch> in_flight_;  // given to the store, or waiting to be given again
  std::uint64_t batch_number_ = 0;
  EventNumber last_event_ = 0;
  std::map<CallerId, JobId> cancels_;  // who waits for a cancel, until the answer is given
  std::string storage_trouble_;        // why the batch in flight waits; empty: it does not

  std::uint64_t next_order_ = 0;
  std::uint64_t next_idle_order_ = 0;
  std::uint64_t next_generation_ = 0;
  bool recovering_ = true;
  bool shutting_down_ = false;
  bool shutdown_complete_ = false;
};

}  // namespace mist
