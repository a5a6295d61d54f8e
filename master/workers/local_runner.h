// workers.runner: local. Each worker is a spark-submit on the master's own machine, which runs the
// driver itself or submits it to a cluster.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "master/workers/class_archive.h"
#include "master/workers/environment.h"
#include "master/workers/worker_processes.h"
#include "master/workers/worker_runner.h"

namespace mist {

struct LocalRunnerOptions {
  SparkHome spark;
  Java java;
  std::filesystem::path home;                   // where drivers here make their folders
  std::filesystem::path logs_folder;            // local-worker-<id>.log of each worker
  std::filesystem::path class_archives_folder;  // made when it is missing
  bool class_archives = true;                   // faster driver starts, for about 150 MB of disk
  std::filesystem::path secrets_folder;  // emptied at the start; holds what SubmitSecrets writes
  std::string public_host;  // where people find the Spark UI of a driver that runs here
};

class LocalRunner : public WorkerRunner {
 public:
  LocalRunner(LocalRunnerOptions options, std::unique_ptr<ProcessStarter> processes);

  bool RunsDriverHere(const ContextConfig& config) const override;
  [[nodiscard]] std::shared_ptr<WorkerRun> Start(const WorkerOrder& order,
                                                 RunObserver& observer) override;
  [[nodiscard]] std::shared_ptr<WorkerRun> Adopt(const WorkerOrder& order,
                                                 RunObserver& observer) override;
  void Stop() override;

 private:
  ProcessSpec SpecFor(const WorkerOrder& order, const std::vector<std::string>& more_options);
  std::filesystem::path OutputFile(const WorkerId& id) const;
  ProcessStarter::OnEnd WhenEnded(const WorkerOrder& order,
                                  const std::filesystem::path& secret_file, RunObserver& observer);
  std::shared_ptr<WorkerRun> AdoptDriver(const WorkerOrder& order, RunObserver& observer);
  void RemoveFolders(const WorkerOrder& order);

  const LocalRunnerOptions options_;
  const std::unique_ptr<ProcessStarter> processes_;  // synchronizes itself
  ClassArchive class_archive_;                       // synchronizes itself; uses processes_
  // Those of an earlier run, once they were looked for; the launcher's thread.
  std::optional<std::map<std::string, WorkerProcesses>> earlier_;
};

}  // namespace mist
