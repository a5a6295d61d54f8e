// Watches a broker from outside and checks the five invariants of broker.h after every step. Knows
// nothing of the broker's insides: only what it is given to store, what it sends out, and what the
// simulated world really did.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "master/broker/messages.h"

namespace mist::simulation {

struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Checker {
 public:
  // The store's side. Throw Violation.
  void Submitted(const Persist& persist);
  void Committed(std::uint64_t number);
  void Failed(std::uint64_t number);
  // The master died: the batch in flight was written or not.
  void Crashed(bool in_flight_was_written);

  // The outside's side: every effect, in order.
  void Saw(const Effect& effect);
  void CallerAsked(CallerId caller, const JobId& job);

  // The world's side.
  void LimitSet(const ContextName& context, std::int32_t max_jobs);
  void JobLeftWorker(const WorkerId& worker, const JobId& job);
  void WorkerGone(const WorkerId& worker);
  // How an attempt ended on its worker; of those that are neither the worker was lost.
  void AttemptFailed(const JobId& job, std::int32_t attempt) { failed_.insert({job, attempt}); }
  // It never began, so that another one is due whatever the job's retries are.
  void AttemptUnknown(const JobId& job, std::int32_t attempt) { unknown_.insert({job, attempt}); }
  // After a crash: of what the worker was sent only these are attempts still.
  void WorkerKeeps(const WorkerId& worker, const std::vector<Job>& assigned);

  // At the end of a history, when nothing more can happen.
  void CheckAllEnded() const;
  void CheckNoWorkerLeft() const;

  // Jobs that have not ended as the store knows them, in order of acceptance.
  std::vector<Job> Unfinished() const;
  std::vector<JobId> Alive() const;
  EventNumber LastEvent() const { return events_.empty() ? 0 : events_.rbegin()->first; }

  // Workers as the store knows them.
  const std::map<WorkerId, ContextConfig>& WorkerRows() const { return worker_rows_; }

  // Failed worker starts as the store knows them.
  const std::map<ContextName, FailedStarts>& FailedStartRows() const { return failed_starts_; }

  // How many jobs have ended, by their end.
  std::map<JobState, int> Ends() const;

 private:
  using Place = std::pair<std::int64_t, std::uint64_t>;  // priority, acceptance
  struct Row {
    Job job;
    std::set<JobState> history;
  };
  struct Worker {
    ContextName context;
    WorkerMode mode = WorkerMode::kExclusive;
    std::int32_t slots = 1;
    std::int32_t runs = 0;
    std::set<JobId> jobs;
  };

  void Apply(const Mutation& mutation);
  void CheckRetry(const Job& job) const;
  void CheckOrder(const std::vector<Mutation>& batch);
  void SawRun(const SendRun& run);
  void SawAnswer(const Answer& answer);
  void SawEvent(const JobEvent& event);
  void Waits(const JobId& id, const ContextName& context, Place place);
  const Row& DurableRow(const JobId& id, const std::string& because) const;

  std::map<JobId, Row> durable_;
  std::optional<Persist> in_flight_;
  std::map<EventNumber, EventRecord> events_;  // durable ones
  EventNumber last_published_ = 0;             // by this master
  std::uint64_t last_number_ = 0;
  // Jobs that wait, per context, as the batches tell it.
  std::map<ContextName, std::map<Place, JobId>> waiting_;
  std::map<JobId, std::pair<ContextName, Place>> waiting_keys_;
  std::set<JobId> waiting_again_;  // for another attempt; when, the batches do not tell
  std::uint64_t accepted_order_ = 0;

  std::set<JobId> accepted_;  // answered JobAccepted: must end
  std::map<CallerId, JobId> callers_;
  std::map<WorkerId, Worker> workers_;
  std::map<WorkerId, ContextConfig> worker_rows_;
  std::map<ContextName, FailedStarts> failed_starts_;
  std::set<WorkerId> every_worker_;
  std::set<std::pair<JobId, std::int32_t>> attempts_;  // that were sent
  std::set<std::pair<JobId, std::int32_t>> failed_;
  std::set<std::pair<JobId, std::int32_t>> unknown_;
  std::map<ContextName, std::int32_t> limits_;  // the largest that was ever set
};

}  // namespace mist::simulation
