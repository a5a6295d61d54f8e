// workers.runner: manual. The operator's own commands start and stop workers: on another machine,
// through a scheduler of the house, however they like.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "master/workers/environment.h"
#include "master/workers/spark_home.h"
#include "master/workers/worker_runner.h"

namespace mist {

struct ManualRunnerOptions {
  std::string start_command;  // split as run options are
  std::string stop_command;   // empty: none
  // The start command's exit code says nothing. Otherwise one that is not 0 fails the start.
  bool async = true;
  SparkHome spark;
  std::filesystem::path mist_home;
  std::filesystem::path logs_folder;  // manual-worker-<id>.log, manual-worker-stop-<id>.log
};

// The start command gets what it has to know in its environment, see docs/operations.md; what it
// leaves running goes on when it has ended. The stop command is called once for each worker whose
// start command was run: when the worker has stopped, is lost, did not start or is to be killed.
class ManualRunner : public WorkerRunner {
 public:
  ManualRunner(ManualRunnerOptions options, std::unique_ptr<ProcessStarter> processes);

  bool RunsDriverHere(const ContextConfig& config) const override;
  [[nodiscard]] std::shared_ptr<WorkerRun> Start(const WorkerOrder& order,
                                                 RunObserver& observer) override;
  [[nodiscard]] std::shared_ptr<WorkerRun> Adopt(const WorkerOrder& order,
                                                 RunObserver& observer) override;
  void Stop() override;

 private:
  class Run;

  ProcessSpec StartSpec(const WorkerOrder& order) const;
  ProcessSpec StopSpec(const WorkerId& worker) const;

  const ManualRunnerOptions options_;
  const std::unique_ptr<ProcessStarter> processes_;  // synchronizes itself
};

// What the start command finds in its environment, besides the master's own. Separate for tests.
Environment ManualStartEnvironment(const WorkerOrder& order);

}  // namespace mist
