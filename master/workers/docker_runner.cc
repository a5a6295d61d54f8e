#include "master/workers/docker_runner.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include <fcntl.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "master/workers/cluster_secret.h"
#include "master/workers/output_tail.h"

namespace mist {
namespace {

constexpr char kWorkerLabel[] = "mist.worker";
constexpr char kMasterLabel[] = "mist.master";
constexpr int kKilledExitCode = 137;  // Docker's own for SIGKILL
constexpr Millis kRetryPause{1'000};  // while Docker is not there
constexpr Millis kInterruptPause{20};
constexpr Millis kRemovalPatience{5'000};  // for what was asked of Docker, when the master stops

std::string AddressOf(const MasterAddress& master) {
  return master.worker_host + ":" + std::to_string(master.worker_port);
}

}  // namespace

// One container and the thread that waits for it.
class DockerRunner::Run : public WorkerRun {
 public:
  Run(DockerRunner& runner, const WorkerId& worker, const ContextConfig& config,
      std::string container, DockerClient::LogsFrom logs_from, RunObserver& observer)
      : runner_(runner),
        worker_(worker),
        was_driver_(!RunsInCluster(config)),
        container_(std::move(container)),
        logs_from_(logs_from),
        output_(WorkerLogFile(runner.options_.logs_folder, kDockerWorkerLog, worker)),
        observer_(observer),
        docker_(runner.options_.host),
        watch_([this] { Watch(); }) {}

  ~Run() override { watch_.join(); }

  std::string Name() const override { return "container " + container_; }
  void End() override {
    if (!asked_to_end_.exchange(true)) runner_.removals_.Post(container_);
  }
  bool IsOver() const { return over_; }

  // Gives up what Docker does not answer. Returns when the watch is over.
  void Abandon() EXCLUDES(mu_) {
    MutexLock lock(mu_);
    abandoned_ = true;
    abandon_.NotifyAll();
    while (!over_) {
      docker_.Interrupt();  // again, in case that a call was just about to begin
      abandon_.WaitUntil(mu_, SystemClock().Mono() + kInterruptPause,
                         [this] { return over_.load(); });
    }
  }

 private:
  void Watch() {
    CopyOutput();
    const int exit_code = AwaitExit();
    observer_.Exited(worker_, RunExit{{exit_code, {}}, was_driver_, LastLines(output_)});
    End();
    observer_.Gone(worker_);
    over_ = true;  // last: whoever drops the run waits for this thread
  }

  // A full disk must not keep the container from being watched.
  void CopyOutput() {
    try {
      const FileHandle file = OpenFile(output_, O_WRONLY | O_CREAT | O_APPEND);
      docker_.FollowLogs(container_, logs_from_,
                         [&](std::string_view piece) { WriteAll(file, piece, output_); });
    } catch (const std::exception& error) {
      log::Warn("worker_output_lost", {{"worker", worker_.value}, {"reason", error.what()}});
    }
  }

  // A daemon that is restarted ends containers or keeps them; it tells when it is back.
  int AwaitExit() EXCLUDES(mu_) {
    for (;;) {
      try {
        return docker_.AwaitExit(container_);
      } catch (const NoSuchContainer&) {
        return kKilledExitCode;
      } catch (const std::exception& error) {
        log::Warn("docker_failed", {{"worker", worker_.value}, {"reason", error.what()}});
      }
      MutexLock lock(mu_);
      if (abandon_.WaitUntil(mu_, SystemClock().Mono() + kRetryPause,
                             [this]() REQUIRES(mu_) { return abandoned_; }))
        return kKilledExitCode;
    }
  }

  DockerRunner& runner_;
  const WorkerId worker_;
  const bool was_driver_;
  const std::string container_;
  const DockerClient::LogsFrom logs_from_;
  const std::filesystem::path output_;
  RunObserver& observer_;  // synchronizes itself
  DockerClient docker_;    // the watch's, but for Interrupt()
  std::atomic<bool> asked_to_end_ = false;
  std::atomic<bool> over_ = false;
  Mutex mu_;
  CondVar abandon_;
  bool abandoned_ GUARDED_BY(mu_) = false;
  std::thread watch_;  // last: uses the fields above
};

DockerRunner::DockerRunner(DockerRunnerOptions options)
    : options_(std::move(options)),
      docker_(options_.host),
      remover_docker_(options_.host),
      remover_([this] { RemoveLoop(); }) {}

DockerRunner::~DockerRunner() {
  Stop();
}

bool DockerRunner::RunsDriverHere(const ContextConfig&) const {
  return false;
}

std::shared_ptr<WorkerRun> DockerRunner::Start(const WorkerOrder& order, RunObserver& observer) {
  ForgetEndedRuns();
  if (!std::exchange(left_overs_gone_, true)) RemoveLeftOvers(order.master);
  const std::string container = docker_.Create(SpecFor(order));
  try {
    docker_.Start(container);
  } catch (...) {
    removals_.Post(container);
    throw;
  }
  return Watch(order.worker, order.config, container, DockerClient::LogsFrom::kBegin, observer);
}

// Looked for before the first container is made: that one has not been started for a moment either.
void DockerRunner::RemoveLeftOvers(const MasterAddress& master) {
  try {
    for (std::string& container : docker_.Stopped(kMasterLabel, AddressOf(master)))
      removals_.Post(std::move(container));
  } catch (const std::exception& error) {
    log::Warn("docker_failed", {{"reason", error.what()}});
  }
}

std::shared_ptr<WorkerRun> DockerRunner::Adopt(const WorkerOrder& order, RunObserver& observer) {
  const std::vector<std::string> containers = docker_.Running(kWorkerLabel, order.worker.value);
  if (containers.empty()) return nullptr;
  return Watch(order.worker, order.config, containers.front(), DockerClient::LogsFrom::kNow,
               observer);
}

std::shared_ptr<WorkerRun> DockerRunner::Watch(const WorkerId& worker, const ContextConfig& config,
                                               const std::string& container,
                                               DockerClient::LogsFrom logs_from,
                                               RunObserver& observer) {
  auto run = std::make_shared<Run>(*this, worker, config, container, logs_from, observer);
  MutexLock lock(mu_);
  runs_.push_back(run);
  return run;
}

void DockerRunner::Stop() {
  removals_.Close();
  {
    MutexLock lock(mu_);
    const bool done = remover_ended_.WaitUntil(mu_, SystemClock().Mono() + kRemovalPatience,
                                               [this]() REQUIRES(mu_) { return remover_is_over_; });
    if (!done) remover_docker_.Interrupt();
  }
  if (remover_.joinable()) remover_.join();
  std::vector<std::shared_ptr<Run>> runs;
  {
    MutexLock lock(mu_);
    runs.swap(runs_);
  }
  for (const std::shared_ptr<Run>& run : runs) run->Abandon();
}

ContainerSpec DockerRunner::SpecFor(const WorkerOrder& order) {
  if (const auto setting = SecretSetting(order.config)) {
    throw Error(ErrorCode::kInvalidConfig,
                "a container cannot submit a driver to YARN or Kubernetes in cluster deploy mode: "
                "its secret would be on a command line. Use client deploy mode, or workers.runner: "
                "local");
  }
  ContainerSpec spec;
  spec.image = options_.image;
  spec.entrypoint = SubmitCommand(options_.spark, order.config, order.worker, order.master);
  spec.environment = {"SPARK_HOME=" + options_.spark.folder.string(),
                      "MIST_WORKER_SECRET=" + order.secret,
                      // What a standalone cluster hands on to the driver.
                      "SPARK_MIST_WORKER_SECRET=" + order.secret};
  spec.labels = {{kWorkerLabel, order.worker.value}, {kMasterLabel, AddressOf(order.master)}};
  ChooseNetwork(spec);
  return spec;
}

// auto-master: the worker is where the master's own container is. On the bridge it reaches the
// master by the name "master". Unlike in Mist 1.1 the master's aliases are not given to the worker:
// then some of what is said to the master would arrive there.
void DockerRunner::ChooseNetwork(ContainerSpec& spec) {
  spec.network = options_.network;
  if (options_.network != kAutoMasterNetwork) return;
  const ContainerNetwork master = docker_.NetworkOf(options_.master_container);
  if (master.networks.empty()) {
    throw Error(ErrorCode::kInvalidConfig,
                "the master's container " + options_.master_container + " is in no network");
  }
  spec.network = master.networks.front();
  if (spec.network != "bridge") return;
  spec.links = master.bridge_links;
  spec.links.push_back(master.container + ":master");
}

void DockerRunner::RemoveLoop() {
  while (!removals_.Drained()) {
    for (const std::string& container : removals_.TakeAll()) Remove(container);
  }
  MutexLock lock(mu_);
  remover_is_over_ = true;
  remover_ended_.NotifyAll();
}

void DockerRunner::Remove(const std::string& container) {
  try {
    remover_docker_.Remove(container);
  } catch (const std::exception& error) {
    log::Warn("docker_failed", {{"container", container}, {"reason", error.what()}});
  }
}

void DockerRunner::ForgetEndedRuns() {
  std::vector<std::shared_ptr<Run>> ended;  // their threads are joined outside the lock
  MutexLock lock(mu_);
  const auto first = std::stable_partition(
      runs_.begin(), runs_.end(), [](const std::shared_ptr<Run>& run) { return !run->IsOver(); });
  ended.assign(std::make_move_iterator(first), std::make_move_iterator(runs_.end()));
  runs_.erase(first, runs_.end());
}

}  // namespace mist
