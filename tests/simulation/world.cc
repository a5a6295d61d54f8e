#include "tests/simulation/world.h"

#include <array>
#include <utility>

namespace mist::simulation {
namespace {

using std::chrono::milliseconds;

constexpr int kRequests = 25;
constexpr int kHappenings = 12;
constexpr int kMostSteps = 100'000;  // a history has some hundreds
constexpr Millis kBusyTime{4'000};
constexpr Millis kQuietTime{3'600'000};
constexpr std::array kContexts{"default", "exclusive", "shared", "broken", "unknown"};

std::string Padded(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return "job-" + std::string(6 - digits.size(), '0') +
         digits;  // sorts by creation, as real ids do
}

}  // namespace

World::World(std::uint64_t seed, PlantedBug bug) : random_(seed), bug_(bug) {}

void World::Run() {
  for (const char* name : {"exclusive", "shared", "broken"}) saved_[{name}] = RandomContext({name});
  for (const char* name : kContexts) checker_.LimitSet({name}, 2);
  StartMaster();
  const auto sometime = [this] { return now_ + Delay(static_cast<int>(kBusyTime.count())); };
  for (int i = 0; i < kRequests; ++i)
    At(
        sometime(), [this] { RequestJob(); }, true);
  for (int i = 0; i < kHappenings; ++i) {
    At(
        sometime(),
        [this] {
          if (Happens(0.4)) return CancelSomeJob();
          if (Happens(0.4)) return KillSomeWorker();
          if (Happens(0.6)) return ChangeSomeContext();
          if (Happens(0.8)) CrashMaster();
        },
        true);
  }
  Drain(now_ + 2 * kBusyTime);

  calm_ = true;
  for (const JobId& id : checker_.Alive()) CancelUntilTaken(id);
  Drain(now_ + kQuietTime);
  checker_.CheckAllEnded();

  Give(ShutdownRequested{now_ + milliseconds(30'000)});
  Drain(now_ + kQuietTime);
  checker_.CheckNoWorkerLeft();
  if (!shutdown_complete_) throw Violation("the shutdown never completed");
}

// ---- chance and time ----------------------------------------------------------------------------

bool World::Happens(double probability) {
  return std::uniform_real_distribution<double>(0, 1)(random_) < probability;
}

Millis World::Delay(int most_ms) {
  return Millis(std::uniform_int_distribution<int>(0, most_ms)(random_));
}

void World::At(MonoTime time, std::function<void()> action, bool outlives_master) {
  events_.push({time, ++next_order_, outlives_master ? 0 : master_number_, std::move(action)});
}

void World::Drain(MonoTime until) {
  for (int steps = 0;; ++steps) {
    if (steps > kMostSteps) throw Violation("the history does not come to rest");
    const auto timer = broker_->NextTimer();
    const bool event_first = !events_.empty() && (!timer || events_.top().time <= *timer);
    if (event_first && events_.top().time <= until) {
      const Event event = events_.top();
      events_.pop();
      now_ = std::max(now_, event.time);
      if (event.master == 0 || event.master == master_number_) event.action();
    } else if (!event_first && timer && *timer <= until) {
      now_ = std::max(now_, *timer);
      Give(TimerFired{});
    } else {
      break;
    }
  }
  now_ = until;
}

// ---- the broker ---------------------------------------------------------------------------------

void World::StartMaster() {
  ++master_number_;
  BrokerOptions options;
  options.context_defaults.name = {kDefaultContext};
  options.context_defaults.max_jobs = 2;
  options.instance = "m" + std::to_string(master_number_);
  options.max_queued_per_context = 20;
  options.register_timeout = options.ready_timeout = std::chrono::seconds(2);
  options.cancel_grace = Millis(500);
  options.last_event = checker_.LastEvent();
  broker_ = std::make_unique<Broker>(options);
  given_.clear();
  for (const auto& [name, config] : saved_) Give(ContextSaved{config});
  for (const auto& [name, failed] : checker_.FailedStartRows()) Give(FailedStartsRecovered{failed});
  for (const auto& [id, config] : checker_.WorkerRows()) Give(WorkerRecovered{id, config});
  for (Job job : checker_.Unfinished()) {
    if (bug_ == PlantedBug::kForgetRetries) job.retry = {};
    Give(JobRecovered{std::move(job)});
  }
  Give(RecoveryEnded{});
}

// The broker's thread may be late: then it finds several inputs at once.
void World::Give(Input input) {
  given_.push_back(std::move(input));
  if (Happens(0.2)) {
    After(Delay(20), [this] { Deliver(); });
  } else {
    Deliver();
  }
}

void World::Deliver() {
  const Now now{now_, WallTime(Millis(1'700'000'000'000) +
                               std::chrono::floor<Millis>(now_.time_since_epoch()))};
  for (const Effect& effect : broker_->Handle(std::exchange(given_, {}), now)) {
    checker_.Saw(effect);
    Carry(effect);
  }
}

void World::Carry(const Effect& effect) {
  if (const auto* persist = std::get_if<Persist>(&effect)) {
    CarryPersist(*persist);
  } else if (const auto* start = std::get_if<StartWorker>(&effect)) {
    CarryStart(*start);
  } else if (const auto* run = std::get_if<SendRun>(&effect)) {
    CarryRun(*run);
  } else if (const auto* cancel = std::get_if<SendCancel>(&effect)) {
    CarryCancel(*cancel);
  } else if (const auto* stop = std::get_if<SendStop>(&effect)) {
    if (workers_.contains(stop->worker)) workers_[stop->worker].stopping = true;
    StopIfIdle(stop->worker);
  } else if (const auto* kill = std::get_if<KillWorker>(&effect)) {
    After(Delay(20), [this, id = kill->worker] { LoseWorker(id, WorkerLost{id, "killed"}); });
  } else if (const auto* log = std::get_if<AppendLog>(&effect)) {
    if (log->batch.written) log->batch.written();
  } else if (const auto* answer = std::get_if<Answer>(&effect)) {
    const auto cancel = patient_cancels_.extract(answer->caller);
    if (!cancel.empty() && std::holds_alternative<JobRefused>(answer->body))
      After(Delay(100), [this, job = cancel.mapped()] { CancelUntilTaken(job); });
  } else if (std::holds_alternative<ShutdownComplete>(effect)) {
    shutdown_complete_ = true;
  }
}

void World::CarryPersist(const Persist& persist) {
  checker_.Submitted(persist);
  const bool fails = !calm_ && Happens(0.03);
  if (bug_ == PlantedBug::kAnswerBeforeCommit) {
    After(Millis(0), [this, number = persist.number] { Give(StorageCommitted{number}); });
    After(Delay(5) + Millis(1), [this, number = persist.number] { checker_.Committed(number); });
    return;
  }
  After(Delay(5), [this, number = persist.number, fails] {
    if (fails) {
      checker_.Failed(number);
      Give(StorageFailed{number, "disk full"});
    } else {
      checker_.Committed(number);
      Give(StorageCommitted{number});
    }
  });
}

void World::CarryStart(const StartWorker& start) {
  const WorkerId id = start.worker;
  workers_[id] = {start.config, false, false, now_, {}, {}};
  const bool fails = start.config.name.value == "broken" ? Happens(0.7) : !calm_ && Happens(0.1);
  if (fails)
    return Report(id, Delay(300), [this, id] {
      LoseWorker(id, WorkerStartFailed{id, "exit code 1"});
    });
  if (!calm_ && Happens(0.05)) return;  // hangs until it is killed
  Report(id, Delay(400), [this, id] { Give(WorkerRegistered{id}); });
  if (!calm_ && Happens(0.05)) return;
  Report(id, Delay(400), [this, id] {
    workers_[id].ready = true;
    Give(WorkerReady{id});
  });
}

void World::CarryRun(const SendRun& run) {
  const AttemptRef attempt = run.attempt;
  if (bug_ == PlantedBug::kDispatchTwice) {
    for (const auto& [id, other] : workers_) {
      if (id != attempt.worker && other.ready) checker_.Saw(SendRun{{id, attempt.job, 1}, {}, {}});
    }
  }
  Report(attempt.worker, Delay(5), [this, attempt] {
    workers_[attempt.worker].jobs[attempt.job] = now_;
    Perform(attempt);
  });
}

void World::Perform(const AttemptRef& attempt) {
  Report(attempt.worker, Delay(30), [this, attempt] { Give(JobDownloading{attempt, {}}); });
  Report(attempt.worker, Delay(30), [this, attempt] { Give(JobStarted{attempt, {}}); });
  Report(attempt.worker, Delay(10), [this, attempt] {
    Give(JobLogged{attempt, {{LogLine{}}, [] {}}});
  });
  Report(attempt.worker, Millis(0), [this, attempt] { Give(ReportsReceived{attempt.worker, 3}); });
  if (Happens(0.1)) return;  // runs until it is cancelled
  if (Happens(0.8)) {
    Report(attempt.worker, Delay(800), [this, attempt] {
      EndJob(attempt.worker, attempt.job, JobFinished{attempt, JsonText{"1"}});
    });
  } else {
    Report(attempt.worker, Delay(800), [this, attempt] {
      checker_.AttemptFailed(attempt.job, attempt.attempt);
      EndJob(attempt.worker, attempt.job, JobFailed{attempt, "no"});
    });
  }
}

void World::CarryCancel(const SendCancel& cancel) {
  if (Happens(0.2)) return;  // the function ignores it
  Report(cancel.attempt.worker, Delay(100), [this, attempt = cancel.attempt] {
    EndJob(attempt.worker, attempt.job, JobCancelled{attempt});
  });
}

// ---- happenings ---------------------------------------------------------------------------------

void World::RequestJob() {
  JobRequested request;
  request.job.id = {Padded(++next_job_)};
  request.job.context = {kContexts[random_() % kContexts.size()]};
  request.job.arguments = {"{}"};
  request.job.priority = Happens(0.2) ? 1 : 0;
  if (Happens(0.2)) request.job.start_timeout = Delay(2'000) + Millis(1);
  if (Happens(0.2)) request.job.perform_timeout = Delay(2'000) + Millis(1);
  if (Happens(0.3)) request.job.retry.retries = static_cast<int>(random_() % 3);
  if (Happens(0.3))
    request.job.retry.retry_on = Happens(0.5) ? RetryOn::kFailure : RetryOn::kWorkerLost;
  if (Happens(0.3)) request.job.retry.retry_backoff = Delay(500);
  request.dispatch_before_commit = Happens(0.5);
  request.on_accepted = ++next_caller_;
  checker_.CallerAsked(next_caller_, request.job.id);
  if (Happens(0.5)) {
    request.on_ended = ++next_caller_;
    checker_.CallerAsked(next_caller_, request.job.id);
  }
  Give(std::move(request));
}

void World::CancelSomeJob() {
  const JobId id{Padded(random_() % (next_job_ + 1))};
  checker_.CallerAsked(++next_caller_, id);
  if (Happens(0.2)) return Give(WaitRequested{id, next_caller_});
  Give(CancelRequested{id, next_caller_});
}

// As long as the answer is that the disk is full.
void World::CancelUntilTaken(const JobId& id) {
  checker_.CallerAsked(++next_caller_, id);
  patient_cancels_[next_caller_] = id;
  Give(CancelRequested{id, next_caller_});
}

ContextConfig World::RandomContext(const ContextName& name) {
  ContextConfig config;
  config.name = name;
  config.worker_mode = name.value == "shared" ? WorkerMode::kShared : WorkerMode::kExclusive;
  config.max_jobs = 1 + static_cast<int>(random_() % 4);
  config.jobs_per_worker = 1 + static_cast<int>(random_() % 2);
  config.precreated = Happens(0.3);
  config.downtime = Happens(0.5) ? Timeout(std::chrono::seconds(1)) : std::nullopt;
  config.retries = static_cast<int>(random_() % 3);
  config.retry_on = Happens(0.5) ? RetryOn::kFailure : RetryOn::kWorkerLost;
  config.retry_backoff = Delay(500) + Millis(1);
  config.spark_conf["version"] = std::to_string(random_() % 3);
  checker_.LimitSet(name, config.max_jobs);
  return config;
}

void World::ChangeSomeContext() {
  const ContextName name{kContexts[1 + random_() % 3]};
  if (Happens(0.2) && saved_.erase(name) > 0) return Give(ContextDeleted{name});
  if (Happens(0.7) || !saved_.contains(name)) saved_[name] = RandomContext(name);
  Give(ContextSaved{saved_[name]});
}

// Workers outlive their master, or end while it is away; what was on its way in either direction is
// lost.
void World::CrashMaster() {
  checker_.Crashed(Happens(0.5));
  for (auto worker = workers_.begin(); worker != workers_.end();) {
    const bool known = checker_.WorkerRows().contains(worker->first);
    if (!known || Happens(0.3)) {
      checker_.WorkerGone(worker->first);
      worker = workers_.erase(worker);
    } else {
      (worker++)->second.last_report = now_;
    }
  }
  StartMaster();
  const std::vector<Job> unfinished = checker_.Unfinished();
  for (const auto& [id, config] : checker_.WorkerRows()) {
    std::vector<Job> assigned;
    for (const Job& job : unfinished) {
      if (job.worker == id) assigned.push_back(job);
    }
    if (workers_.contains(id)) {
      DialAgain(id, assigned);
    } else {
      After(Delay(100), [this, id = id] {
        Give(WorkerLost{id, "it ended while the master was away"});
      });
    }
  }
}

void World::DialAgain(const WorkerId& id, const std::vector<Job>& assigned) {
  checker_.WorkerKeeps(id, assigned);
  if (!calm_ && Happens(0.1)) {  // it hangs until its lease is over
    return Report(id, Millis(1'000), [this, id] { LoseWorker(id, WorkerLost{id, "lease"}); });
  }
  Report(id, Delay(300), [this, id, assigned] {
    if (workers_[id].ready) {
      Give(Returned(id, assigned));
    } else {
      Give(WorkerRegistered{id});
      Report(id, Delay(400), [this, id] {
        workers_[id].ready = true;
        Give(WorkerReady{id});
      });
    }
    GoOn(id, assigned);
  });
}

WorkerReturned World::Returned(const WorkerId& id, const std::vector<Job>& assigned) const {
  WorkerReturned returned{id, {}};
  const std::map<JobId, MonoTime>& runs = workers_.at(id).jobs;
  for (const Job& job : assigned) {
    if (const auto found = runs.find(job.id); found != runs.end())
      returned.running.push_back(
          {{id, job.id, job.attempt}, std::chrono::floor<Millis>(now_ - found->second)});
  }
  return returned;
}

// Tells again what it has said of ends, and goes on with what runs and is wanted.
void World::GoOn(const WorkerId& id, const std::vector<Job>& assigned) {
  const std::map<JobId, MonoTime> runs = std::exchange(workers_[id].jobs, {});
  for (const Job& job : assigned) {
    const AttemptRef attempt{id, job.id, job.attempt};
    const bool running = runs.contains(job.id) && bug_ != PlantedBug::kForgetAttempt;
    const auto ended = workers_[id].ended.find(job.id);
    if (running) {
      workers_[id].jobs[job.id] = runs.at(job.id);
      Perform(attempt);
      ++went_on_;
    } else if (ended != workers_[id].ended.end()) {
      if (std::holds_alternative<JobFailed>(ended->second))
        checker_.AttemptFailed(job.id, job.attempt);
      Give(ended->second);
    } else {
      if (!runs.contains(job.id)) checker_.JobLeftWorker(id, job.id);
      checker_.AttemptUnknown(job.id, job.attempt);
      Give(AttemptUnknown{attempt});
    }
  }
  StopIfIdle(id);
}

void World::KillSomeWorker() {
  if (workers_.empty()) return;
  const WorkerId id =
      std::next(workers_.begin(), static_cast<long>(random_() % workers_.size()))->first;
  if (Happens(0.3)) {
    checker_.CallerAsked(++next_caller_, {});
    return Give(WorkerStopRequested{id, next_caller_});
  }
  LoseWorker(id, WorkerLost{id, "kill -9"});
}

// ---- workers ------------------------------------------------------------------------------------

void World::Report(const WorkerId& id, Millis delay, std::function<void()> action) {
  const auto found = workers_.find(id);
  if (found == workers_.end()) return;
  Worker& worker = found->second;
  worker.last_report = std::max(now_, worker.last_report) + delay;
  At(worker.last_report, [this, id, action = std::move(action)] {
    if (workers_.contains(id)) action();
  });
}

void World::EndJob(const WorkerId& worker, const JobId& job, Input report) {
  if (workers_[worker].jobs.erase(job) == 0) return;  // it has ended already
  workers_[worker].ended.insert_or_assign(job, report);
  checker_.JobLeftWorker(worker, job);
  Give(std::move(report));
  StopIfIdle(worker);
}

void World::LoseWorker(const WorkerId& id, Input loss) {
  if (workers_.erase(id) == 0) return;
  checker_.WorkerGone(id);
  if (bug_ == PlantedBug::kForgetLostWorker) return;
  Give(std::move(loss));
}

void World::StopIfIdle(const WorkerId& id) {
  const auto found = workers_.find(id);
  if (found == workers_.end() || !found->second.stopping || !found->second.jobs.empty()) return;
  Report(id, Delay(50), [this, id] { LoseWorker(id, WorkerLost{id, "exit code 0"}); });
}

}  // namespace mist::simulation
