#include "master/workers/local_runner.h"

#include <atomic>
#include <system_error>
#include <utility>

#include "master/workers/cluster_secret.h"
#include "master/workers/driver_folders.h"
#include "master/workers/output_tail.h"

namespace mist {
namespace {

class LocalRun : public WorkerRun {
 public:
  explicit LocalRun(std::shared_ptr<Process> process) : process_(std::move(process)) {}
  std::string Name() const override { return "pid " + std::to_string(process_->Id()); }
  void End() override { process_->Kill(); }

 private:
  const std::shared_ptr<Process> process_;
};

// A driver in a cluster, which an earlier run of the master has submitted: nothing of it is here.
class FarRun : public WorkerRun {
 public:
  FarRun(WorkerId worker, RunObserver& observer)
      : worker_(std::move(worker)), observer_(observer) {}
  std::string Name() const override { return "a driver in the cluster"; }
  void End() override {
    if (!ended_.exchange(true)) observer_.Gone(worker_);
  }

 private:
  const WorkerId worker_;
  RunObserver& observer_;  // synchronizes itself
  std::atomic<bool> ended_ = false;
};

void Forget(const std::filesystem::path& secret_file) {
  std::error_code ignored;  // it is gone, or goes at the next start of the master
  if (!secret_file.empty()) std::filesystem::remove(secret_file, ignored);
}

}  // namespace

LocalRunner::LocalRunner(LocalRunnerOptions options, std::unique_ptr<ProcessStarter> processes)
    : options_(std::move(options)),
      processes_(std::move(processes)),
      class_archive_(
          {options_.class_archives, options_.class_archives_folder, options_.logs_folder},
          options_.spark, options_.java, *processes_) {
  PrepareSecretsFolder(options_.secrets_folder);
}

bool LocalRunner::RunsDriverHere(const ContextConfig& config) const {
  return !RunsInCluster(config);
}

std::shared_ptr<WorkerRun> LocalRunner::Start(const WorkerOrder& order, RunObserver& observer) {
  std::filesystem::path secret_file;
  std::vector<std::string> more_options;
  if (const std::optional<std::string> setting = SecretSetting(order.config)) {
    secret_file = WriteSecretProperties(
        options_.secrets_folder, order, *setting,
        OwnPropertiesFile(order.config, OwnEnvironment(), options_.spark.folder));
    more_options = {"--properties-file", secret_file.string()};
  }
  try {
    return std::make_shared<LocalRun>(
        processes_->Start(SpecFor(order, more_options), WhenEnded(order, secret_file, observer)));
  } catch (...) {
    Forget(secret_file);
    RemoveFolders(order);
    throw;
  }
}

ProcessStarter::OnEnd LocalRunner::WhenEnded(const WorkerOrder& order,
                                             const std::filesystem::path& secret_file,
                                             RunObserver& observer) {
  return [this, order, secret_file, &observer](const ProcessEnd& end) {
    Forget(secret_file);
    const bool was_driver = RunsDriverHere(order.config);
    observer.Exited(order.worker, RunExit{end, was_driver, LastLines(OutputFile(order.worker))});
    RemoveFolders(order);
    observer.Gone(order.worker);
  };
}

void LocalRunner::RemoveFolders(const WorkerOrder& order) {
  if (!RunsDriverHere(order.config)) return;
  RemoveDriverFolders(DriverFoldersOf(options_.home, order.worker, order.secret),
                      OutputFile(order.worker), *processes_);
}

std::shared_ptr<WorkerRun> LocalRunner::Adopt(const WorkerOrder& order, RunObserver& observer) {
  if (!RunsDriverHere(order.config)) return std::make_shared<FarRun>(order.worker, observer);
  std::shared_ptr<WorkerRun> run = AdoptDriver(order, observer);
  if (run == nullptr) RemoveFolders(order);
  return run;
}

std::shared_ptr<WorkerRun> LocalRunner::AdoptDriver(const WorkerOrder& order,
                                                    RunObserver& observer) {
  if (!earlier_) earlier_ = FindWorkerProcesses();
  const auto found = earlier_->find(order.secret);
  if (found == earlier_->end()) return nullptr;
  const WorkerProcesses& processes = found->second;
  if (!processes.leader_lives) {
    EndWhatIsLeft(processes);
    return nullptr;
  }
  std::shared_ptr<Process> adopted = processes_->Adopt(
      processes.group, [&] { return HasSecret(processes.group, order.secret); },
      WhenEnded(order, {}, observer));
  if (adopted == nullptr) return nullptr;
  return std::make_shared<LocalRun>(std::move(adopted));
}

void LocalRunner::Stop() {
  class_archive_.Stop();
}

ProcessSpec LocalRunner::SpecFor(const WorkerOrder& order,
                                 const std::vector<std::string>& more_options) {
  Environment environment = OwnEnvironment();
  environment["SPARK_HOME"] = options_.spark.folder.string();
  environment[kSecretVariable] = order.secret;
  Append(environment, "SPARK_LAUNCHER_OPTS", ' ', kLauncherOptions);
  if (RunsDriverHere(order.config)) {
    environment.try_emplace("SPARK_PUBLIC_DNS", options_.public_host);  // the host of its UI's URL
    class_archive_.Use(environment);
    UseDriverFolders(DriverFoldersOf(options_.home, order.worker, order.secret), environment);
  } else {
    // Of our environment, a standalone cluster hands only SPARK_ variables on to the driver.
    environment["SPARK_MIST_WORKER_SECRET"] = order.secret;
  }
  return ProcessSpec{.command = SubmitCommand(options_.spark, order.config, order.worker,
                                              order.master, more_options),
                     .environment = ToStrings(environment),
                     .output_file = OutputFile(order.worker)};
}

std::filesystem::path LocalRunner::OutputFile(const WorkerId& id) const {
  return WorkerLogFile(options_.logs_folder, kLocalWorkerLog, id);
}

}  // namespace mist
