#include "master/workers/local_worker_host.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "master/workers/output_tail.h"

namespace mist {
namespace {

constexpr std::size_t kReasonLines = 25;
constexpr Millis kKillWait{5'000};  // SIGKILL ends a process at once unless it hangs in the kernel

}  // namespace

LocalWorkerHost::LocalWorkerHost(LocalWorkerHostOptions options, BrokerInbox& inbox,
                                 FindArtifactFile find_artifact,
                                 std::unique_ptr<ProcessStarter> processes)
    : options_(std::move(options)),
      inbox_(inbox),
      links_([this](const WorkerId& id, const std::string& reason) {
        EndWorker(id, WorkerLink::EndKind::kGone, reason);
      }),
      server_(options_.port, links_, std::move(find_artifact)),
      processes_(std::move(processes)),
      class_archive_(
          {options_.class_archives, options_.class_archives_folder, options_.logs_folder},
          options_.spark, options_.java, *processes_) {}

LocalWorkerHost::~LocalWorkerHost() {
  Stop();
}

void LocalWorkerHost::Start() {
  server_.Start();
  launcher_ = std::thread([this] { LaunchLoop(); });
}

void LocalWorkerHost::Stop() {
  starts_.Close();
  if (launcher_.joinable()) launcher_.join();
  KillChildren();
  class_archive_.Stop();
  server_.Stop();
}

// ---- effects ------------------------------------------------------------------------------------

void LocalWorkerHost::Handle(StartWorker effect) {
  links_.Add(std::make_shared<WorkerLink>(effect.worker, effect.config,
                                          !RunsInCluster(effect.config), options_.link, inbox_));
  {
    MutexLock lock(mu_);
    children_[effect.worker] = Child{};
  }
  (void)starts_.Post(
      std::move(effect));  // false: the host has stopped, and nobody waits for the worker
}

// A worker that is not found has ended, and the broker's inbox says so.
void LocalWorkerHost::Handle(SendRun effect) {
  if (const auto link = links_.Find(effect.attempt.worker)) link->Run(std::move(effect));
}

void LocalWorkerHost::Handle(SendCancel effect) {
  if (const auto link = links_.Find(effect.attempt.worker)) link->Cancel(std::move(effect));
}

void LocalWorkerHost::Handle(SendStop effect) {
  if (const auto link = links_.Find(effect.worker)) link->Stop(std::move(effect));
}

void LocalWorkerHost::Handle(KillWorker effect) {
  EndWorker(effect.worker, WorkerLink::EndKind::kKilled, effect.reason);
}

void LocalWorkerHost::Handle(ReportsDurable effect) {
  if (const auto link = links_.Find(effect.worker)) link->ReportsAreDurable(effect.through);
}

// ---- the launcher's thread ----------------------------------------------------------------------

void LocalWorkerHost::LaunchLoop() {
  while (!starts_.Drained()) {
    for (const StartWorker& effect : starts_.TakeAll()) Launch(effect);
  }
}

void LocalWorkerHost::Launch(const StartWorker& effect) {
  const std::shared_ptr<WorkerLink> link = links_.Find(effect.worker);
  if (link == nullptr || !BeginLaunch(effect.worker)) return;
  try {
    const WorkerId id = effect.worker;
    std::shared_ptr<Process> process = processes_->Start(
        SpecFor(effect, *link), [this, id](const ProcessEnd& end) { ProcessEnded(id, end); });
    log::Info("worker_started", {{"worker", id.value}, {"pid", std::to_string(process->Id())}});
    LaunchDone(id, std::move(process));
  } catch (const std::exception& error) {
    (void)TakeChild(effect.worker);
    links_.End(effect.worker, WorkerLink::EndKind::kGone,
               std::string("Starting worker failed: ") + error.what());
  }
}

// False when the worker was killed while it waited.
bool LocalWorkerHost::BeginLaunch(const WorkerId& id) {
  MutexLock lock(mu_);
  const auto found = children_.find(id);
  if (found == children_.end()) return false;
  found->second.state = Child::State::kLaunching;
  return true;
}

void LocalWorkerHost::LaunchDone(const WorkerId& id, std::shared_ptr<Process> process) {
  MutexLock lock(mu_);
  const auto found = children_.find(id);
  if (found == children_.end()) return;  // it has ended already
  found->second.state = Child::State::kRunning;
  found->second.process = std::move(process);
  if (found->second.ending) found->second.process->Kill();
}

ProcessSpec LocalWorkerHost::SpecFor(const StartWorker& effect, const WorkerLink& link) {
  MasterAddress address = options_.address;
  if (address.worker_port == 0) address.worker_port = server_.Port();
  Environment environment = OwnEnvironment();
  environment["SPARK_HOME"] = options_.spark.folder.string();
  environment["MIST_WORKER_SECRET"] = link.Secret();
  Append(environment, "SPARK_LAUNCHER_OPTS", ' ', kLauncherOptions);
  if (link.DriverIsChild()) {
    class_archive_.Use(environment);
  } else {
    // Of our environment, a standalone cluster hands only SPARK_ variables on to the driver.
    environment["SPARK_MIST_WORKER_SECRET"] = link.Secret();
  }
  return ProcessSpec{SubmitCommand(options_.spark, effect.config, effect.worker, address),
                     ToStrings(environment), OutputFile(effect.worker)};
}

// ---- the end of a worker ------------------------------------------------------------------------

// A child that runs is killed first; the broker hears of the end when it is gone.
void LocalWorkerHost::EndWorker(const WorkerId& id, WorkerLink::EndKind kind,
                                const std::string& reason) {
  const std::shared_ptr<WorkerLink> link = links_.Find(id);
  if (link == nullptr) return;
  {
    MutexLock lock(mu_);
    const auto found = children_.find(id);
    if (found != children_.end() && found->second.state == Child::State::kWaiting) {
      children_.erase(found);
    } else if (found != children_.end()) {
      Child& child = found->second;
      if (!child.ending) child.ending = Ending{kind, reason};
      if (kind == WorkerLink::EndKind::kKilled) child.ending->kind = kind;
      if (child.process != nullptr) child.process->Kill();
      if (link->DriverIsChild()) return;
    }
  }
  links_.End(id, kind, reason);
}

void LocalWorkerHost::ProcessEnded(const WorkerId& id, const ProcessEnd& end) {
  const std::shared_ptr<WorkerLink> link = links_.Find(id);
  const std::optional<Ending> ending = TakeChild(id);
  if (link == nullptr) return;
  if (ending) {
    links_.End(id, ending->kind, ending->reason);
  } else if (link->DriverIsChild()) {
    link->GiveUpWhenDrained(EndReason(*link, end));
    links_.LookAgain();
  } else if (end.exit_code != 0 && !link->EverRegistered()) {
    // With exit code 0 the cluster has taken the driver, which dials in later; after that its
    // connections tell.
    links_.End(id, WorkerLink::EndKind::kGone, EndReason(*link, end));
  }
}

std::optional<LocalWorkerHost::Ending> LocalWorkerHost::TakeChild(const WorkerId& id) {
  MutexLock lock(mu_);
  const auto found = children_.find(id);
  if (found == children_.end()) return std::nullopt;
  std::optional<Ending> ending = std::move(found->second.ending);
  children_.erase(found);
  child_ended_.NotifyAll();
  return ending;
}

std::string LocalWorkerHost::EndReason(const WorkerLink& link, const ProcessEnd& end) const {
  if (link.ReadyInfo()) return "the worker's process ended: " + Describe(end);
  const std::string how = end.exit_code
                              ? "Process exited with status code " + std::to_string(*end.exit_code)
                              : "Process was ended by " + Describe(end);
  return "Process terminated with error: " + how +
         " and out: " + LastLines(OutputFile(link.Id()), kReasonLines);
}

std::filesystem::path LocalWorkerHost::OutputFile(const WorkerId& id) const {
  std::string name = id.value;
  std::replace(name.begin(), name.end(), '/', '_');
  return options_.logs_folder / ("local-worker-" + name + ".log");
}

void LocalWorkerHost::KillChildren() {
  MutexLock lock(mu_);
  for (auto& [id, child] : children_) {
    if (!child.ending) child.ending = Ending{WorkerLink::EndKind::kKilled, "the master stopped"};
    if (child.process != nullptr) child.process->Kill();
  }
  const auto gone = [this]() REQUIRES(mu_) {
    return std::none_of(children_.begin(), children_.end(),
                        [](const auto& child) { return child.second.process != nullptr; });
  };
  if (!child_ended_.WaitUntil(mu_, SystemClock().Mono() + kKillWait, gone)) {
    log::Warn("worker_processes_left", {{"count", std::to_string(children_.size())}});
  }
}

}  // namespace mist
