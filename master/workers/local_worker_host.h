// The WorkerHost that runs spark-submit on the master's own machine and speaks with the drivers
// that it starts, here or in a cluster.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/mailbox.h"
#include "base/mutex.h"
#include "master/broker/inbox.h"
#include "master/services/services.h"
#include "master/workers/class_archive.h"
#include "master/workers/environment.h"
#include "master/workers/process_starter.h"
#include "master/workers/spark_home.h"
#include "master/workers/submit_command.h"
#include "master/workers/worker_host.h"
#include "master/workers/worker_links.h"
#include "master/workers/worker_server.h"

namespace mist {

struct LocalWorkerHostOptions {
  SparkHome spark;
  Java java;
  std::filesystem::path logs_folder;            // local-worker-<id>.log of each worker
  std::filesystem::path class_archives_folder;  // made when it is missing
  bool class_archives = true;                   // faster driver starts, for about 150 MB of disk
  MasterAddress address;                        // a worker_port of 0 means the port that was bound
  ConnectionServerOptions port;
  WorkerLinkOptions link;
};

// Handle() is called from the broker's thread and never blocks; the rest from any thread. Start()
// and Stop() from one. Threads: the connection server's, the watch over leases, the launcher, those
// of the process starter.
class LocalWorkerHost : public WorkerHost {
 public:
  LocalWorkerHost(LocalWorkerHostOptions options, BrokerInbox& inbox,
                  FindArtifactFile find_artifact, std::unique_ptr<ProcessStarter> processes);
  ~LocalWorkerHost() override;
  LocalWorkerHost(const LocalWorkerHost&) = delete;
  LocalWorkerHost& operator=(const LocalWorkerHost&) = delete;

  // Throws Error: the worker port cannot be bound.
  void Start();
  // Kills the processes that are left, ends all connections, and returns when all is quiet.
  void Stop() EXCLUDES(mu_);

  std::uint16_t Port() const { return server_.Port(); }
  std::vector<WorkerInfo> ReadyWorkers() const { return links_.Ready(); }
  std::optional<WorkerInfo> FindReadyWorker(const WorkerId& id) const {
    return links_.FindReady(id);
  }

  void Handle(StartWorker effect) override EXCLUDES(mu_);
  void Handle(SendRun effect) override;
  void Handle(SendCancel effect) override;
  void Handle(SendStop effect) override;
  void Handle(KillWorker effect) override EXCLUDES(mu_);
  void Handle(ReportsDurable effect) override;

 private:
  struct Ending {
    WorkerLink::EndKind kind;
    std::string reason;
  };
  // The spark-submit of one worker, from the wish to start it until it has ended.
  struct Child {
    enum class State { kWaiting, kLaunching, kRunning };
    State state = State::kWaiting;
    std::shared_ptr<Process> process;  // kRunning only
    std::optional<Ending> ending;      // it was killed, or is to be killed as soon as it runs
  };

  void LaunchLoop();
  void Launch(const StartWorker& effect) EXCLUDES(mu_);
  bool BeginLaunch(const WorkerId& id) EXCLUDES(mu_);
  void LaunchDone(const WorkerId& id, std::shared_ptr<Process> process) EXCLUDES(mu_);
  ProcessSpec SpecFor(const StartWorker& effect, const WorkerLink& link);
  void EndWorker(const WorkerId& id, WorkerLink::EndKind kind, const std::string& reason)
      EXCLUDES(mu_);
  void ProcessEnded(const WorkerId& id, const ProcessEnd& end) EXCLUDES(mu_);
  std::optional<Ending> TakeChild(const WorkerId& id) EXCLUDES(mu_);
  std::string EndReason(const WorkerLink& link, const ProcessEnd& end) const;
  std::filesystem::path OutputFile(const WorkerId& id) const;
  void KillChildren() EXCLUDES(mu_);

  const LocalWorkerHostOptions options_;
  BrokerInbox& inbox_;  // these synchronize themselves
  Mailbox<StartWorker> starts_;
  WorkerLinks links_;
  WorkerServer server_;
  Mutex mu_;
  CondVar child_ended_;
  std::map<WorkerId, Child> children_ GUARDED_BY(mu_);
  // From here on: what owns threads that use the fields above, stopped in reverse order.
  std::unique_ptr<ProcessStarter> processes_;
  ClassArchive class_archive_;
  std::thread launcher_;
};

}  // namespace mist
