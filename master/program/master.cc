#include "master/program/master.h"

#include <utility>

#include "base/log.h"
#include "master/program/options.h"
#include "master/store/sqlite_store.h"
#include "master/workers/spawn_process_starter.h"

namespace mist {
namespace {

// How long after the jobs' deadline the last writes and the ends of workers may take.
constexpr Millis kShutdownReserve{5'000};
// How long running HTTP requests may take to send their answers once every job has ended.
constexpr Millis kHttpGrace{2'000};

}  // namespace

Master::Master(MasterConfig config, const std::filesystem::path& mist_home,
               std::function<void()> on_store_lost)
    : config_(std::move(config)),
      spark_(DetectSpark(InstallFor(config_, mist_home))),
      java_(DetectJava(InstallFor(config_, mist_home))),
      on_store_lost_(std::move(on_store_lost)),
      lock_(config_.data_directory),
      store_(OpenSqliteStore({.file = config_.database_file})),
      logs_(LogOptionsFor(config_)),
      artifacts_({.folder = config_.artifact_folder, .max_artifact_bytes = config_.http.max_upload},
                 *store_, SystemClock()),
      broker_(BrokerOptionsFor(config_), SystemClock()),
      workers_(
          WorkerHostOptionsFor(config_, spark_, java_), broker_,
          [this](const std::string& sha256) -> std::optional<std::filesystem::path> {
            const auto contents = artifacts_.FindContents(sha256);
            if (!contents) return std::nullopt;
            return contents->path;
          },
          std::make_unique<SpawnProcessStarter>()),
      inspector_(InspectorOptionsFor(config_, mist_home, spark_, java_)),
      contexts_(*store_, broker_, config_.context_defaults, config_.contexts),
      schemas_(*store_, inspector_),
      functions_(*store_, [this](const std::string& path) { return artifacts_.Resolve(path); },
                 schemas_, contexts_, {.python = config_.python}),
      jobs_(functions_, contexts_, inspector_, *store_, broker_, callers_, SystemClock(),
            {.longest_wait = config_.http.request_timeout}),
      worker_service_([this] { return workers_.ReadyWorkers(); }, broker_, callers_),
      status_({.version = MIST_VERSION,
               .spark_version = spark_.version,
               .java_version = java_.version,
               .started = SystemClock().Wall()},
              *store_),
      http_(HttpOptionsFor(config_, spark_.worker_jar),
            {jobs_, functions_, contexts_, worker_service_, status_, artifacts_, logs_}) {}

Master::~Master() {
  Stop();
}

void Master::Start() {
  broker_.Start({.store = *store_,
                 .workers = workers_,
                 .logs = logs_,
                 .answer = [this](const Answer& answer) { callers_.Deliver(answer); },
                 .publish =
                     [](const JobEvent& event) {
                       log::Debug("job_event", {{"job", event.job->id.value},
                                                {"event", std::string(ToString(event.kind))}});
                     },
                 .shutdown_complete =
                     [this] {
                       MutexLock lock(mu_);
                       shutdown_complete_ = true;
                       shut_down_.NotifyAll();
                     },
                 .store_lost = on_store_lost_});
  started_ = true;
  workers_.Start();
  contexts_.AnnounceAll();
  const std::vector<Job> unfinished = store_->UnfinishedJobs();
  for (const Job& job : unfinished) broker_.Post(JobRecovered{job});
  http_.Start();
  status_.SetAcceptingJobs(true);
  log::Info("master_started", {{"http_port", std::to_string(HttpPort())},
                               {"worker_port", std::to_string(WorkerPort())},
                               {"spark", spark_.version},
                               {"recovered_jobs", std::to_string(unfinished.size())}});
}

void Master::Stop() {
  if (std::exchange(stopped_, true)) return;
  status_.SetAcceptingJobs(false);
  if (started_) {
    const MonoTime deadline = SystemClock().Mono() + config_.shutdown_deadline;
    log::Info("master_stopping");
    broker_.Post(ShutdownRequested{deadline});
    AwaitShutdown(deadline + kShutdownReserve);
  }
  broker_.Stop();
  callers_.Close();
  http_.Stop(kHttpGrace);
  workers_.Stop();
  inspector_.Stop();
  log::Info("master_stopped");
}

void Master::AwaitShutdown(MonoTime deadline) {
  MutexLock lock(mu_);
  const bool complete =
      shut_down_.WaitUntil(mu_, deadline, [this]() REQUIRES(mu_) { return shutdown_complete_; });
  if (!complete)
    log::Warn("shutdown_incomplete",
              {{"effect", "jobs that still ran end as 'Worker was stopped'"}});
}

}  // namespace mist
