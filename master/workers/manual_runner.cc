#include "master/workers/manual_runner.h"

#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "master/workers/output_tail.h"

namespace mist {
namespace {

std::string Joined(const std::map<std::string, std::string>& conf, const std::string& before_each,
                   const std::string& separator) {
  std::string joined;
  for (const auto& [key, value] : conf) {
    joined += (joined.empty() ? "" : separator) + before_each + key + "=" + value;
  }
  return joined;
}

}  // namespace

// Gone when the start command has ended and, once it was told to end, the stop command too.
class ManualRunner::Run : public WorkerRun, public std::enable_shared_from_this<Run> {
 public:
  Run(const ManualRunner& runner, WorkerId worker, RunObserver& observer)
      : runner_(runner), worker_(std::move(worker)), observer_(observer) {}

  // Its start command was run by an earlier run of the master.
  void TakeOver() EXCLUDES(mu_) {
    MutexLock lock(mu_);
    running_ = 0;
  }

  void Begin(ProcessSpec spec) {
    process_ = runner_.processes_->Start(
        std::move(spec),
        [self = shared_from_this()](const ProcessEnd& end) { self->Started(end); });
  }

  std::string Name() const override {
    return process_ == nullptr ? "an earlier start command"
                               : "pid " + std::to_string(process_->Id());
  }

  void End() override EXCLUDES(mu_) {
    const bool has_stop_command = !runner_.options_.stop_command.empty();
    {
      MutexLock lock(mu_);
      if (std::exchange(ending_, true)) return;
      if (has_stop_command) ++running_;
    }
    if (process_ != nullptr) process_->Kill();  // nothing when it has ended
    if (has_stop_command) RunStopCommand();
    TellWhenGone();
  }

 private:
  void Started(const ProcessEnd& end) EXCLUDES(mu_) {
    if (!runner_.options_.async) {
      const auto output = WorkerLogFile(runner_.options_.logs_folder, kManualWorkerLog, worker_);
      observer_.Exited(worker_, RunExit{end, false, LastLines(output)});
    }
    CommandEnded();
  }

  void RunStopCommand() {
    try {
      (void)runner_.processes_->Start(
          runner_.StopSpec(worker_), [self = shared_from_this()](const ProcessEnd& end) {
            if (end.exit_code != 0) {
              log::Warn("worker_stop_command_failed",
                        {{"worker", self->worker_.value}, {"how", Describe(end)}});
            }
            self->CommandEnded();
          });
    } catch (const std::exception& error) {
      log::Warn("worker_stop_command_failed", {{"worker", worker_.value}, {"how", error.what()}});
      CommandEnded();
    }
  }

  void CommandEnded() EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      --running_;
    }
    TellWhenGone();
  }

  void TellWhenGone() EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      if (!ending_ || running_ > 0 || std::exchange(gone_, true)) return;
    }
    observer_.Gone(worker_);
  }

  const ManualRunner& runner_;
  const WorkerId worker_;
  RunObserver& observer_;             // synchronizes itself
  std::shared_ptr<Process> process_;  // constant after Begin(); null when it was taken over
  Mutex mu_;
  int running_ GUARDED_BY(mu_) = 1;  // commands; the start command first
  bool ending_ GUARDED_BY(mu_) = false;
  bool gone_ GUARDED_BY(mu_) = false;
};

ManualRunner::ManualRunner(ManualRunnerOptions options, std::unique_ptr<ProcessStarter> processes)
    : options_(std::move(options)), processes_(std::move(processes)) {}

bool ManualRunner::RunsDriverHere(const ContextConfig&) const {
  return false;
}

std::shared_ptr<WorkerRun> ManualRunner::Start(const WorkerOrder& order, RunObserver& observer) {
  auto run = std::make_shared<Run>(*this, order.worker, observer);
  run->Begin(StartSpec(order));
  return run;
}

std::shared_ptr<WorkerRun> ManualRunner::Adopt(const WorkerOrder& order, RunObserver& observer) {
  auto run = std::make_shared<Run>(*this, order.worker, observer);
  run->TakeOver();
  return run;
}

void ManualRunner::Stop() {}

ProcessSpec ManualRunner::StartSpec(const WorkerOrder& order) const {
  Environment environment = OwnEnvironment();
  environment["SPARK_HOME"] = options_.spark.folder.string();
  environment["MIST_HOME"] = options_.mist_home.string();
  environment["MIST_WORKER_JAR"] = options_.spark.worker_jar.string();
  for (auto& [name, value] : ManualStartEnvironment(order)) environment[name] = value;
  return ProcessSpec{
      .command = SplitRunOptions(options_.start_command),
      .environment = ToStrings(environment),
      .output_file = WorkerLogFile(options_.logs_folder, kManualWorkerLog, order.worker),
      .leaves_others = true};
}

ProcessSpec ManualRunner::StopSpec(const WorkerId& worker) const {
  Environment environment = OwnEnvironment();
  environment["MIST_WORKER_NAME"] = worker.value;
  return ProcessSpec{
      .command = SplitRunOptions(options_.stop_command),
      .environment = ToStrings(environment),
      .output_file = WorkerLogFile(options_.logs_folder, "manual-worker-stop-", worker),
      .leaves_others = true};
}

Environment ManualStartEnvironment(const WorkerOrder& order) {
  const auto& conf = order.config.spark_conf;
  return {
      {"MIST_MASTER_ADDRESS",
       order.master.worker_host + ":" + std::to_string(order.master.worker_port)},
      {"MIST_WORKER_NAME", order.worker.value},
      {"MIST_WORKER_RUN_OPTIONS", order.config.run_options},
      {"MIST_WORKER_SPARK_CONF", Joined(conf, "", "|+|")},
      {"MIST_WORKER_SPARK_CONF_PREPARED", Joined(conf, "--conf ", " ")},
      {"MIST_WORKER_SECRET", order.secret},
      {"SPARK_MIST_WORKER_SECRET", order.secret},  // what a standalone cluster hands on
  };
}

}  // namespace mist
