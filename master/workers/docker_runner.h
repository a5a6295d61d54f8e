// workers.runner: docker. Each worker is a container whose entry point is spark-submit. Containers
// are removed when their worker has ended; those that a killed master has left, when they do not
// run any more, at the first start of the next one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/mailbox.h"
#include "base/mutex.h"
#include "master/workers/docker_client.h"
#include "master/workers/worker_runner.h"

namespace mist {

inline constexpr char kAutoMasterNetwork[] = "auto-master";

struct DockerRunnerOptions {
  std::string host;  // of Docker: unix:///path or tcp://host:port
  std::string image;
  SparkHome spark;  // the paths inside the image; version and Scala line as on this machine
  std::string network = "host";       // a network mode, or kAutoMasterNetwork
  std::string master_container;       // kAutoMasterNetwork: the container that the master runs in
  std::filesystem::path logs_folder;  // docker-worker-<id>.log of each worker
};

// Threads: one for each container, that copies its output and waits for its end; and one that
// removes containers, so that nobody else waits for Docker.
class DockerRunner : public WorkerRunner {
 public:
  // Throws Error (kInvalidConfig). Does not speak with Docker yet.
  explicit DockerRunner(DockerRunnerOptions options);
  ~DockerRunner() override;

  bool RunsDriverHere(const ContextConfig& config) const override;
  [[nodiscard]] std::shared_ptr<WorkerRun> Start(const WorkerOrder& order,
                                                 RunObserver& observer) override;
  [[nodiscard]] std::shared_ptr<WorkerRun> Adopt(const WorkerOrder& order,
                                                 RunObserver& observer) override;
  // Removals that were asked for are tried before it returns.
  void Stop() override EXCLUDES(mu_);

 private:
  class Run;

  std::shared_ptr<WorkerRun> Watch(const WorkerId& worker, const ContextConfig& config,
                                   const std::string& container, DockerClient::LogsFrom logs_from,
                                   RunObserver& observer) EXCLUDES(mu_);
  ContainerSpec SpecFor(const WorkerOrder& order);
  void ChooseNetwork(ContainerSpec& spec);
  void RemoveLoop();
  void Remove(const std::string& container);
  void RemoveLeftOvers(const MasterAddress& master);
  void ForgetEndedRuns() EXCLUDES(mu_);

  const DockerRunnerOptions options_;
  DockerClient docker_;            // the launcher's thread
  bool left_overs_gone_ = false;   // the launcher's thread
  DockerClient remover_docker_;    // the remover's, but for Interrupt()
  Mailbox<std::string> removals_;  // of containers; synchronizes itself
  Mutex mu_;
  CondVar remover_ended_;
  bool remover_is_over_ GUARDED_BY(mu_) = false;
  std::vector<std::shared_ptr<Run>> runs_ GUARDED_BY(mu_);
  std::thread remover_;  // last: uses the fields above
};

}  // namespace mist
