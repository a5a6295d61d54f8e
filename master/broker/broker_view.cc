// What the broker tells of itself: what is going on, and why a job waits.
#include <algorithm>
#include <iterator>
#include <utility>

#include "master/broker/broker.h"
#include "master/broker/job_state.h"

namespace mist {
namespace {

using Phase = LiveWorker::Phase;
using Load = BrokerView::Load;

template <typename Name>
void Count(std::map<Name, Load>& loads, const Name& name, std::int64_t Load::*which, int change) {
  Load& load = loads[name];
  load.*which += change;
  if (load == Load()) loads.erase(name);
}

BrokerView::WorkerState StateOf(const LiveWorker& worker) {
  using State = BrokerView::WorkerState;
  if (worker.phase < Phase::kReady) return State::kStarting;
  if (worker.phase > Phase::kReady) return State::kStopping;
  return worker.jobs.empty() ? State::kIdle : State::kBusy;
}

std::string Jobs(std::int64_t count) {
  return std::to_string(count) + (count == 1 ? " job" : " jobs");
}

// Why no job of the context starts now.
std::string Explain(JobWaits::Reason reason, const LiveContext& context) {
  const std::string name = "Context " + context.config.name.value;
  switch (reason) {
    case JobWaits::Reason::kMaxJobs:
      return name + " runs " + Jobs(context.running) + ", which is its limit (max-jobs).";
    case JobWaits::Reason::kWorkerStarting:
      return "A worker of its context is starting.";
    case JobWaits::Reason::kWorkerBusy:
      return "All workers of its context are busy, or end before others may start.";
    case JobWaits::Reason::kStartFailed:
      return name + ": the last worker did not start (" +
             std::to_string(context.failed_starts->count) + " in a row); another start follows.";
    case JobWaits::Reason::kBroken:
      return name + " is broken: its workers do not start. It must be repaired.";
    case JobWaits::Reason::kRetryBackoff:
      break;  // of the job, not of its context
    case JobWaits::Reason::kShuttingDown:
      return "The master is stopping; the job goes on with the next one.";
  }
  return "";
}

}  // namespace

void Broker::CountQueued(const Job& job, int change) {
  Count(loads_, job.call.function, &Load::queued, change);
  Count(context_loads_, job.context, &Load::queued, change);
}

void Broker::CountRunning(const Job& job, int change) {
  Count(loads_, job.call.function, &Load::running, change);
  Count(context_loads_, job.context, &Load::running, change);
}

void Broker::On(ViewRequested input) {
  BrokerView view{context_loads_, loads_, {}};
  for (const auto& [id, worker] : workers_) {
    view.contexts.try_emplace(worker.context);
    view.workers.push_back({id, worker.context, StateOf(worker), worker.since,
                            std::vector<JobId>(worker.jobs.begin(), worker.jobs.end())});
  }
  std::sort(view.workers.begin(), view.workers.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  Emit(Answer{input.caller, std::move(view)});
}

void Broker::On(WaitReasonRequested input) {
  const LiveJob* live = FindJob(input.job);
  if (live == nullptr || live->refused || live->job.worker || IsTerminal(live->job.state))
    return Emit(Answer{input.caller, NoSuchJob{}});
  JobWaits waits;
  waits.since = live->job.created;
  const auto context = contexts_.find(live->job.context);
  const bool queued = context != contexts_.end() && context->second.queue.contains(live->key);
  if (queued) {
    const auto& queue = context->second.queue;
    waits.reason = WhyWaits(context->second);
    waits.ahead = std::distance(queue.begin(), queue.find(live->key));
    waits.text = Explain(waits.reason, context->second);
  } else {
    waits.reason = JobWaits::Reason::kRetryBackoff;
    waits.text = "The last attempt has failed; the next one follows after a pause.";
  }
  if (waits.ahead > 0)
    waits.text += " " + Jobs(waits.ahead) + " of the context " +
                  (waits.ahead == 1 ? "comes" : "come") + " first.";
  Emit(Answer{input.caller, std::move(waits)});
}

void Broker::On(ProgressRequested input) {
  const LiveJob* live = FindJob(input.job);
  if (live == nullptr || live->refused) return Emit(Answer{input.caller, NoSuchJob{}});
  Emit(Answer{input.caller, JobProgress{live->progress}});
}

}  // namespace mist
