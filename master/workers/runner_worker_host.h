// The WorkerHost of the product: starts workers through a WorkerRunner, and speaks with them
// wherever they run.
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
#include "master/workers/worker_host.h"
#include "master/workers/worker_links.h"
#include "master/workers/worker_runner.h"
#include "master/workers/worker_secrets.h"
#include "master/workers/worker_server.h"

namespace mist {

struct RunnerWorkerHostOptions {
  MasterAddress address;  // a worker_port of 0 means the port that was bound
  ConnectionServerOptions port;
  WorkerLinkOptions link;
  std::filesystem::path secrets_key_file;  // see WorkerSecrets
};

// Handle() is called from the broker's thread and never blocks; the rest from any thread. Start()
// and Stop() from one. Threads: the connection server's, the watch over leases, the launcher, those
// of the runner.
class RunnerWorkerHost : public WorkerHost, private RunObserver {
 public:
  RunnerWorkerHost(RunnerWorkerHostOptions options, BrokerInbox& inbox,
                   FindArtifactFile find_artifact, std::unique_ptr<WorkerRunner> runner);
  ~RunnerWorkerHost() override;
  RunnerWorkerHost(const RunnerWorkerHost&) = delete;
  RunnerWorkerHost& operator=(const RunnerWorkerHost&) = delete;

  // Takes up the workers that an earlier run of the master left, each with the jobs it may have:
  // the broker hears WorkerRecovered. Before Start().
  void Adopt(const std::vector<StoredWorker>& workers, const std::vector<Job>& unfinished)
      EXCLUDES(mu_);

  // Throws Error: the worker port cannot be bound.
  void Start();
  // Ends the workers that are left and all connections, and returns when all is quiet.
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
  // What runs for one worker, from the wish to start it until nothing is left.
  struct Started {
    enum class State { kWaiting, kLaunching, kRunning };
    State state = State::kWaiting;
    std::shared_ptr<WorkerRun> run;  // kRunning only
    std::optional<Ending> ending;    // it was told to end, or is as soon as it runs
    bool exited = false;             // whoever ends it now need not wait for that
  };

  void LaunchLoop();
  void LookForAdopted(const StoredWorker& worker) EXCLUDES(mu_);
  void Launch(const StartWorker& effect) EXCLUDES(mu_);
  void LaunchFailed(const WorkerId& id, const std::string& reason) EXCLUDES(mu_);
  bool BeginLaunch(const WorkerId& id) EXCLUDES(mu_);
  void LaunchDone(const WorkerId& id, const std::shared_ptr<WorkerRun>& run) EXCLUDES(mu_);
  WorkerOrder OrderFor(const WorkerId& worker, const ContextConfig& config) const;
  void EndWorker(const WorkerId& id, WorkerLink::EndKind kind, const std::string& reason)
      EXCLUDES(mu_);
  void Exited(const WorkerId& id, const RunExit& exit) override EXCLUDES(mu_);
  void Gone(const WorkerId& id) override EXCLUDES(mu_);
  std::optional<Ending> NoteExit(const WorkerId& id) EXCLUDES(mu_);
  void EndAll() EXCLUDES(mu_);
  std::vector<std::shared_ptr<WorkerRun>> TakeOver() EXCLUDES(mu_);

  const RunnerWorkerHostOptions options_;
  const WorkerSecrets secrets_;
  BrokerInbox& inbox_;  // these synchronize themselves
  Mailbox<StartWorker> starts_;
  WorkerLinks links_;
  WorkerServer server_;
  Mutex mu_;
  CondVar run_gone_;
  std::map<WorkerId, Started> started_ GUARDED_BY(mu_);
  std::vector<StoredWorker> adopted_;  // constant after Start()
  // From here on: what owns threads that use the fields above, stopped in reverse order.
  const std::unique_ptr<WorkerRunner> runner_;
  std::thread launcher_;
};

}  // namespace mist
