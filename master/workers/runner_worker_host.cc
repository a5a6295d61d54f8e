#include "master/workers/runner_worker_host.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/test_points.h"

namespace mist {
namespace {

constexpr Millis kEndWait{5'000};  // SIGKILL ends a process at once unless it hangs in the kernel

std::string EndReason(const WorkerLink& link, const RunExit& exit) {
  const bool told = exit.how.exit_code || exit.how.signal;
  if (link.ReadyInfo() || !told) return "the worker's process ended: " + Describe(exit.how);
  const std::string how =
      exit.how.exit_code ? "Process exited with status code " + std::to_string(*exit.how.exit_code)
                         : "Process was ended by " + Describe(exit.how);
  return "Process terminated with error: " + how + " and out: " + exit.last_lines;
}

}  // namespace

RunnerWorkerHost::RunnerWorkerHost(RunnerWorkerHostOptions options, BrokerInbox& inbox,
                                   FindArtifactFile find_artifact,
                                   std::unique_ptr<WorkerRunner> runner)
    : options_(std::move(options)),
      secrets_(options_.secrets_key_file),
      inbox_(inbox),
      links_([this](const WorkerId& id, const std::string& reason) {
        EndWorker(id, WorkerLink::EndKind::kGone, reason);
      }),
      server_(options_.port, links_, std::move(find_artifact)),
      runner_(std::move(runner)) {}

RunnerWorkerHost::~RunnerWorkerHost() {
  Stop();
}

void RunnerWorkerHost::Adopt(const std::vector<StoredWorker>& workers,
                             const std::vector<Job>& unfinished) {
  std::map<WorkerId, std::vector<SendRun>> attempts_of;
  for (const Job& job : unfinished) {
    if (job.worker)
      attempts_of[*job.worker].push_back(
          {{*job.worker, job.id, job.attempt}, job.call, job.arguments});
  }
  for (const StoredWorker& worker : workers) {
    auto link =
        std::make_shared<WorkerLink>(worker.id, worker.config, secrets_.For(worker.id),
                                     runner_->RunsDriverHere(worker.config), options_.link, inbox_);
    link->Adopt(attempts_of[worker.id]);
    links_.Add(std::move(link));
    {
      MutexLock lock(mu_);
      started_[worker.id].state = Started::State::kLaunching;
    }
    inbox_.Post(WorkerRecovered{worker.id, worker.config});
  }
  adopted_ = workers;
}

void RunnerWorkerHost::Start() {
  server_.Start();
  launcher_ = std::thread([this] { LaunchLoop(); });
}

void RunnerWorkerHost::Stop() {
  starts_.Close();
  if (launcher_.joinable()) launcher_.join();
  EndAll();
  runner_->Stop();
  server_.Stop();
}

// ---- effects ------------------------------------------------------------------------------------

void RunnerWorkerHost::Handle(StartWorker effect) {
  links_.Add(std::make_shared<WorkerLink>(effect.worker, effect.config, secrets_.For(effect.worker),
                                          runner_->RunsDriverHere(effect.config), options_.link,
                                          inbox_));
  {
    MutexLock lock(mu_);
    started_[effect.worker] = Started{};
  }
  (void)starts_.Post(
      std::move(effect));  // false: the host has stopped, and nobody waits for the worker
}

// A worker that is not found has ended, and the broker's inbox says so.
void RunnerWorkerHost::Handle(SendRun effect) {
  PassTestPoint("run-before-dispatch");
  if (const auto link = links_.Find(effect.attempt.worker)) link->Run(std::move(effect));
  PassTestPoint("run-after-dispatch");
}

void RunnerWorkerHost::Handle(SendCancel effect) {
  PassTestPoint("cancel-before-dispatch");
  if (const auto link = links_.Find(effect.attempt.worker)) link->Cancel(std::move(effect));
}

void RunnerWorkerHost::Handle(SendStop effect) {
  if (const auto link = links_.Find(effect.worker)) link->Stop(std::move(effect));
}

void RunnerWorkerHost::Handle(KillWorker effect) {
  EndWorker(effect.worker, WorkerLink::EndKind::kKilled, effect.reason);
}

void RunnerWorkerHost::Handle(ReportsDurable effect) {
  if (const auto link = links_.Find(effect.worker)) link->ReportsAreDurable(effect.through);
}

// ---- the launcher's thread ----------------------------------------------------------------------

void RunnerWorkerHost::LaunchLoop() {
  for (const StoredWorker& worker : adopted_) LookForAdopted(worker);
  while (!starts_.Drained()) {
    for (const StartWorker& effect : starts_.TakeAll()) Launch(effect);
  }
}

// A driver that is not there any more ends its worker; one that is dials in, or its lease runs out.
void RunnerWorkerHost::LookForAdopted(const StoredWorker& worker) {
  try {
    if (const std::shared_ptr<WorkerRun> run =
            runner_->Adopt(OrderFor(worker.id, worker.config), *this)) {
      log::Info("worker_adopted", {{"worker", worker.id.value}, {"runs_as", run->Name()}});
      return LaunchDone(worker.id, run);
    }
    LaunchFailed(worker.id, "it ended while the master was away");
  } catch (const std::exception& error) {
    LaunchFailed(worker.id, std::string("it cannot be taken over: ") + error.what());
  }
}

void RunnerWorkerHost::Launch(const StartWorker& effect) {
  const WorkerId& id = effect.worker;
  if (!BeginLaunch(id)) return;
  try {
    PassTestPoint("launch-before");
    const std::shared_ptr<WorkerRun> run = runner_->Start(OrderFor(id, effect.config), *this);
    PassTestPoint("launch-after");
    log::Info("worker_started", {{"worker", id.value}, {"runs_as", run->Name()}});
    LaunchDone(id, run);
  } catch (const std::exception& error) {
    LaunchFailed(id, std::string("Starting worker failed: ") + error.what());
  }
}

void RunnerWorkerHost::LaunchFailed(const WorkerId& id, const std::string& reason) {
  Gone(id);
  links_.End(id, WorkerLink::EndKind::kGone, reason);
}

// False when the worker was killed while it waited.
bool RunnerWorkerHost::BeginLaunch(const WorkerId& id) {
  MutexLock lock(mu_);
  const auto found = started_.find(id);
  if (found == started_.end()) return false;
  found->second.state = Started::State::kLaunching;
  return true;
}

void RunnerWorkerHost::LaunchDone(const WorkerId& id, const std::shared_ptr<WorkerRun>& run) {
  bool to_end = false;
  {
    MutexLock lock(mu_);
    const auto found = started_.find(id);
    if (found == started_.end()) return;  // it is gone already
    found->second.state = Started::State::kRunning;
    found->second.run = run;
    to_end = found->second.ending.has_value();
  }
  if (to_end) run->End();
}

WorkerOrder RunnerWorkerHost::OrderFor(const WorkerId& worker, const ContextConfig& config) const {
  MasterAddress address = options_.address;
  if (address.worker_port == 0) address.worker_port = server_.Port();
  return WorkerOrder{worker, config, secrets_.For(worker), std::move(address)};
}

// ---- the end of a worker ------------------------------------------------------------------------

// Whatever runs for the worker is told to end. The broker hears of the end of a driver that runs
// here when that is gone, of any other now.
void RunnerWorkerHost::EndWorker(const WorkerId& id, WorkerLink::EndKind kind,
                                 const std::string& reason) {
  const std::shared_ptr<WorkerLink> link = links_.Find(id);
  if (link == nullptr) return;
  std::shared_ptr<WorkerRun> run;
  bool wait_for_its_end = false;
  {
    MutexLock lock(mu_);
    const auto found = started_.find(id);
    if (found != started_.end() && found->second.state == Started::State::kWaiting) {
      started_.erase(found);
    } else if (found != started_.end()) {
      Started& started = found->second;
      if (!started.ending) started.ending = Ending{kind, reason};
      if (kind == WorkerLink::EndKind::kKilled) started.ending->kind = kind;
      run = started.run;
      wait_for_its_end = link->DriverIsChild() && !started.exited;
    }
  }
  if (run != nullptr) run->End();
  if (!wait_for_its_end) links_.End(id, kind, reason);
}

void RunnerWorkerHost::Exited(const WorkerId& id, const RunExit& exit) {
  const std::shared_ptr<WorkerLink> link = links_.Find(id);
  if (link == nullptr) return;
  if (const std::optional<Ending> ending = NoteExit(id)) {
    links_.End(id, ending->kind, ending->reason);
  } else if (exit.was_driver) {
    link->GiveUpWhenDrained(EndReason(*link, exit));
    links_.LookAgain();
  } else if (exit.how.exit_code != 0 && !link->EverRegistered()) {
    // With exit code 0 the driver was handed on, and dials in later; after that its connections
    // tell.
    EndWorker(id, WorkerLink::EndKind::kGone, EndReason(*link, exit));
  }
}

void RunnerWorkerHost::Gone(const WorkerId& id) {
  MutexLock lock(mu_);
  started_.erase(id);
  run_gone_.NotifyAll();
}

// The ending that was asked for, if any.
std::optional<RunnerWorkerHost::Ending> RunnerWorkerHost::NoteExit(const WorkerId& id) {
  MutexLock lock(mu_);
  const auto found = started_.find(id);
  if (found == started_.end()) return std::nullopt;
  found->second.exited = true;
  return found->second.ending;
}

void RunnerWorkerHost::EndAll() {
  for (const std::shared_ptr<WorkerRun>& run : TakeOver()) run->End();
  MutexLock lock(mu_);
  const auto gone = [this]() REQUIRES(mu_) {
    return std::none_of(started_.begin(), started_.end(),
                        [](const auto& entry) { return entry.second.run != nullptr; });
  };
  if (!run_gone_.WaitUntil(mu_, SystemClock().Mono() + kEndWait, gone)) {
    log::Warn("workers_left", {{"count", std::to_string(started_.size())}});
  }
}

// All that run; from now on each of them ends because the master stops.
std::vector<std::shared_ptr<WorkerRun>> RunnerWorkerHost::TakeOver() {
  MutexLock lock(mu_);
  std::vector<std::shared_ptr<WorkerRun>> runs;
  for (auto& [id, started] : started_) {
    if (!started.ending)
      started.ending = Ending{WorkerLink::EndKind::kKilled, "the master stopped"};
    if (started.run != nullptr) runs.push_back(started.run);
  }
  return runs;
}

}  // namespace mist
