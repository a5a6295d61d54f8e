// A broker whose store commits at once and whose workers do what a test says: what the tests of
// single decisions start from. Whole histories are run by tests/simulation.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "master/broker/broker.h"

namespace mist::testing {

class BrokerWorld {
 public:
  explicit BrokerWorld(BrokerOptions options = Options()) : broker_(std::move(options)) {}

  static BrokerOptions Options() {
    BrokerOptions options;
    options.context_defaults.name = {kDefaultContext};
    options.instance = "m";
    return options;
  }

  // A context `c` that breaks at its `max_failures`th failed start.
  static ContextConfig Context(std::int32_t max_failures = 2) {
    ContextConfig config;
    config.name = {"c"};
    config.worker_mode = WorkerMode::kShared;
    config.max_conn_failures = max_failures;
    return config;
  }

  // Begins to run, with what a start found.
  void Start(std::vector<Input> found = {}) {
    for (Input& input : found) Give(std::move(input));
    Give(RecoveryEnded{});
  }

  // Nothing is written until there is room again.
  void FillDisk() { disk_is_full_ = true; }
  void FreeDisk() { disk_is_full_ = false; }

  // Handles the input, commits what it writes, and keeps the effects.
  void Give(Input input) {
    std::deque<Input> inputs;
    inputs.push_back(std::move(input));
    while (!inputs.empty()) {
      std::vector<Effect> effects = broker_.Handle(std::exchange(inputs, {}), now_);
      for (Effect& effect : effects) {
        if (auto* persist = std::get_if<Persist>(&effect); persist != nullptr && disk_is_full_) {
          inputs.push_back(StorageFailed{persist->number, "no space left"});
        } else if (persist != nullptr) {
          for (const Mutation& mutation : persist->batch) Apply(mutation);
          inputs.push_back(StorageCommitted{persist->number});
        }
        effects_.push_back(std::move(effect));
      }
    }
  }

  // Lets the time pass, with every timer in it.
  void Pass(Millis time) {
    const MonoTime end = now_.mono + time;
    while (broker_.NextTimer() && *broker_.NextTimer() <= end) {
      MoveTo(*broker_.NextTimer());
      Give(TimerFired{});
    }
    MoveTo(end);
  }

  // Somebody sets the clock; no time passes.
  void SetClockForward(Millis by) { now_.wall += by; }

  void Request(const std::string& id, RetrySettings retry = {}, Timeout perform_timeout = {}) {
    JobRequested request;
    request.job.id = {id};
    request.job.context = {"c"};
    request.job.call.class_name = "Foo$";
    request.job.arguments = {"{}"};
    request.job.created = now_.wall;
    request.job.retry = retry;
    request.job.perform_timeout = perform_timeout;
    Give(std::move(request));
  }

  template <typename Kind>
  std::vector<Kind> Effects() const {
    std::vector<Kind> found;
    for (const Effect& effect : effects_) {
      if (const auto* kind = std::get_if<Kind>(&effect)) found.push_back(*kind);
    }
    return found;
  }

  WorkerId LastWorker() const { return Effects<StartWorker>().back().worker; }
  std::size_t Starts() const { return Effects<StartWorker>().size(); }
  void FailStart(const std::string& reason = "exit code 3") {
    Give(WorkerStartFailed{LastWorker(), reason});
  }
  void GetReady() {
    Give(WorkerRegistered{LastWorker()});
    Give(WorkerReady{LastWorker()});
  }

  // Every line of a job's log.
  std::string LogOf(const std::string& id) const {
    std::string text;
    for (const AppendLog& append : Effects<AppendLog>()) {
      if (append.job.value != id) continue;
      for (const LogLine& line : append.batch.lines) text += line.message + "\n";
    }
    return text;
  }

  // As the store has it.
  const Job& JobOf(const std::string& id) const { return jobs_.at({id}); }
  const std::map<ContextName, FailedStarts>& FailedStartRows() const { return failed_starts_; }
  Now Time() const { return now_; }

 private:
  void MoveTo(MonoTime time) {
    now_.wall += std::chrono::duration_cast<WallTime::duration>(time - now_.mono);
    now_.mono = time;
  }

  void Apply(const Mutation& mutation) {
    if (const auto* insert = std::get_if<InsertJob>(&mutation)) {
      jobs_[insert->job->id] = *insert->job;
    } else if (const auto* move = std::get_if<MoveJob>(&mutation)) {
      jobs_[move->id].state = move->to;
      jobs_[move->id].result = move->result;
    } else if (const auto* assign = std::get_if<AssignWorker>(&mutation)) {
      jobs_[assign->id].attempt = assign->attempt;
      jobs_[assign->id].worker = assign->worker;
    } else if (const auto* requeue = std::get_if<RequeueJob>(&mutation)) {
      jobs_[requeue->id].state = JobState::kQueued;
    } else if (const auto* save = std::get_if<SaveFailedStarts>(&mutation)) {
      failed_starts_[save->failed.context] = save->failed;
    } else if (const auto* removal = std::get_if<DeleteFailedStarts>(&mutation)) {
      failed_starts_.erase(removal->context);
    }
  }

  Broker broker_;
  Now now_{MonoTime{}, FromEpochMillis(1'700'000'000'000)};
  bool disk_is_full_ = false;
  std::vector<Effect> effects_;  // since the beginning
  std::map<JobId, Job> jobs_;
  std::map<ContextName, FailedStarts> failed_starts_;
};

}  // namespace mist::testing
