// A seeded world around one broker: clients, contexts, a store that is slow or fails, workers that
// start late, die, hang or ignore a cancel, and a master that crashes. Time is virtual. The same
// seed gives the same history.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "master/broker/broker.h"
#include "tests/simulation/checker.h"

namespace mist::simulation {

// Mistakes that a broken master could make; each must be found by the checker.
enum class PlantedBug {
  kNone,
  kAnswerBeforeCommit,  // the broker hears of a commit before the store has made it
  kForgetLostWorker,    // nobody tells the broker that a worker died
  kDispatchTwice,       // a run command reaches a second worker
  kForgetAttempt,       // a worker that returns is said not to know what it runs
  kForgetRetries,       // a job that waits or runs over a crash has lost what it said of retries
};

class World {
 public:
  World(std::uint64_t seed, PlantedBug bug);

  // One history from the first request to an orderly shutdown. Throws Violation.
  void Run();

  // How many jobs ended in which state.
  std::map<JobState, int> Ends() const { return checker_.Ends(); }
  // How many attempts ran on under another master than the one that began them.
  int WentOn() const { return went_on_; }

 private:
  struct Worker {
    ContextConfig config;
    bool ready = false;
    bool stopping = false;
    MonoTime last_report;            // reports of one worker arrive in order
    std::map<JobId, MonoTime> jobs;  // since when each runs
    std::map<JobId, Input> ended;    // what it said of their ends
  };
  struct Event {
    MonoTime time;
    std::uint64_t order;
    std::uint64_t master;  // 0: outlives the master; else only for the master with this number
    std::function<void()> action;
    bool operator>(const Event& other) const {
      return time != other.time ? time > other.time : order > other.order;
    }
  };

  // Chance.
  bool Happens(double probability);
  Millis Delay(int most_ms);

  // Time.
  void At(MonoTime time, std::function<void()> action, bool outlives_master = false);
  void After(Millis delay, std::function<void()> action) { At(now_ + delay, std::move(action)); }
  void Drain(MonoTime until);

  // The broker.
  void StartMaster();
  void Give(Input input);
  void Deliver();
  void Carry(const Effect& effect);
  void CarryPersist(const Persist& persist);
  void CarryStart(const StartWorker& start);
  void CarryRun(const SendRun& run);
  void Perform(const AttemptRef& attempt);
  void CarryCancel(const SendCancel& cancel);

  // Happenings.
  void RequestJob();
  void CancelSomeJob();
  void CancelUntilTaken(const JobId& id);
  void ChangeSomeContext();
  void CrashMaster();
  void DialAgain(const WorkerId& id, const std::vector<Job>& assigned);
  WorkerReturned Returned(const WorkerId& id, const std::vector<Job>& assigned) const;
  void GoOn(const WorkerId& id, const std::vector<Job>& assigned);
  void KillSomeWorker();

  void Report(const WorkerId& id, Millis delay, std::function<void()> action);
  void EndJob(const WorkerId& worker, const JobId& job, Input report);
  void LoseWorker(const WorkerId& id, Input loss);
  void StopIfIdle(const WorkerId& id);
  ContextConfig RandomContext(const ContextName& name);

  std::mt19937_64 random_;
  const PlantedBug bug_;
  bool calm_ = false;  // no more faults: what is left must come to an end
  MonoTime now_{};
  std::uint64_t next_order_ = 0;
  std::uint64_t next_job_ = 0;
  CallerId next_caller_ = 0;
  std::map<CallerId, JobId> patient_cancels_;  // by caller
  std::uint64_t master_number_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::unique_ptr<Broker> broker_;
  std::deque<Input> given_;  // have arrived and wait for the broker
  Checker checker_;
  std::map<ContextName, ContextConfig> saved_;
  std::map<WorkerId, Worker> workers_;
  bool shutdown_complete_ = false;
  int went_on_ = 0;
};

}  // namespace mist::simulation
