// The master as one object: builds every part from the configuration, starts them in the order of
// their dependencies and stops them in reverse.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "api/http/server.h"
#include "api/messages/message_door.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "master/artifacts/artifact_repository.h"
#include "master/broker/broker_loop.h"
#include "master/config/master_config.h"
#include "master/events/event_feed.h"
#include "master/inspector/inspector.h"
#include "master/logs/job_logs.h"
#include "master/metrics/metrics.h"
#include "master/retention/sweeper.h"
#include "master/services/broker_job_service.h"
#include "master/services/broker_worker_service.h"
#include "master/services/caller_table.h"
#include "master/services/master_status_service.h"
#include "master/services/schema_source.h"
#include "master/services/stored_context_service.h"
#include "master/services/stored_function_service.h"
#include "master/store/data_lock.h"
#include "master/store/store.h"
#include "master/workers/runner_worker_host.h"
#include "master/workers/ticket_renewal.h"

namespace mist {

// Owned by main, used by main's thread. The constructor and Start() throw Error with a text for the
// operator.
class Master {
 public:
  // declared_functions: those of router.conf. mist_home: the folder of the installation (bin, lib).
  // on_store_lost is called once, by any thread, when the store cannot go on: the process must end
  // with a failure, and the next start recovers. data_lock: of the master that this process was
  // before.
  Master(MasterConfig config, std::vector<FunctionConfig> declared_functions,
         const std::filesystem::path& mist_home, std::function<void()> on_store_lost,
         FileHandle data_lock = {});
  ~Master();
  Master(const Master&) = delete;
  Master& operator=(const Master&) = delete;

  // Takes up the jobs that an earlier run left, then opens the doors, or goes on with `held`.
  void Start(http::HeldDoor held = {});

  // Takes the contexts of a configuration that was read again; nothing else of it.
  void ReloadContexts(const MasterConfig& config);

  // Refuses new jobs, lets running ones end until the configured deadline, writes everything,
  // closes the doors. Idempotent.
  void Stop();

  // Instead of Stop(), before this process becomes another program: refuses nobody, stops no worker
  // and no job, writes everything and gives away the HTTP door with its open connections. What is
  // left may be lost as in a kill -9: the next master takes it up.
  http::HeldDoor HandOver();
  // Held on by the caller. Throws Error.
  FileHandle ShareDataLock() const { return lock_.Share(); }

  // Valid after Start(); of use when the configured ports are 0.
  std::uint16_t HttpPort() const { return http_.Port(); }
  std::uint16_t WorkerPort() const { return workers_.Port(); }

 private:
  void ContinueIds();
  std::size_t RecoverJobs();
  void ForgetDamagedWorkers();
  void AwaitCommits(Millis limit);
  void AwaitShutdown(MonoTime deadline) EXCLUDES(mu_);

  const MasterConfig config_;
  const SparkHome spark_;
  const Java java_;
  const std::function<void()> on_store_lost_;
  bool started_ = false;
  bool stopped_ = false;

  Mutex mu_;
  CondVar shut_down_;
  bool shutdown_complete_ GUARDED_BY(mu_) = false;

  // In the order of construction; each may use those above it. All of them synchronize themselves.
  const DataLock lock_;
  const std::unique_ptr<Store> store_;
  EventFeed events_;
  JobLogs logs_;
  ArtifactRepository artifacts_;
  CallerTable callers_;
  BrokerLoop broker_;
  std::optional<TicketRenewal> tickets_;  // when the configuration wants it
  RunnerWorkerHost workers_;
  Inspector inspector_;
  StoredContextService contexts_;
  SchemaSource schemas_;
  StoredFunctionService functions_;
  BrokerJobService jobs_;
  BrokerWorkerService worker_service_;
  MasterStatusService status_;
  Metrics metrics_;
  std::vector<std::unique_ptr<MessageDoor>> message_doors_;  // those that the configuration wants
  Sweeper sweeper_;
  http::HttpServer http_;
};

}  // namespace mist
