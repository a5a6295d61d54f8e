#include "master/program/master.h"

#include <set>
#include <tuple>
#include <utility>

#include "api/kafka/kafka_door.h"
#include "api/mqtt/door.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/test_points.h"
#include "master/program/options.h"
#include "master/store/sqlite_store.h"
#include "master/workers/output_tail.h"
#include "master/workers/spawn_process_starter.h"

namespace mist {
namespace {

// How long after the jobs' deadline the last writes and the ends of workers may take.
constexpr Millis kShutdownReserve{5'000};
// A master whose disk is full starts all the same, and shows what it has.
constexpr Millis kRecoveryWait{5'000};
constexpr std::size_t kRecoveredAtOnce = 1'000;  // jobs
// How long running HTTP requests may take to send their answers once every job has ended.
constexpr Millis kHttpGrace{2'000};
// How long running HTTP requests may take before their connections can be handed over: a pause for
// all others.
constexpr Millis kHandOverGrace{10'000};
// How long message brokers may take to get the last events; the rest follows after the next start.
constexpr Millis kEventsGrace{3'000};
constexpr Millis kHandOverEventsGrace{300};

std::set<std::string> PathsOf(const std::vector<FunctionConfig>& functions) {
  std::set<std::string> paths;
  for (const FunctionConfig& function : functions) paths.insert(function.path);
  return paths;
}

RetentionStatus RetentionOf(const SweepCounts& taken) {
  return {.jobs = taken.jobs,
          .logs = taken.logs,
          .events = taken.events,
          .keys = taken.keys,
          .artifacts = taken.contents,
          .bytes = taken.bytes};
}

}  // namespace

Master::Master(MasterConfig config, std::vector<FunctionConfig> declared_functions,
               const std::filesystem::path& mist_home, std::function<void()> on_store_lost,
               FileHandle data_lock)
    : config_(std::move(config)),
      spark_(DetectSpark(InstallFor(config_, mist_home))),
      java_(DetectJava(InstallFor(config_, mist_home))),
      on_store_lost_(std::move(on_store_lost)),
      lock_(config_.data_directory, std::move(data_lock)),
      store_(OpenSqliteStore({.file = config_.database_file})),
      events_({}, *store_),
      logs_(
          LogOptionsFor(config_, [this](const JobId& job, const std::vector<LogLine>& lines,
                                        LogSpan span) { events_.PublishLines(job, lines, span); })),
      artifacts_({.folder = config_.artifact_folder,
                  .max_artifact_bytes = config_.http.max_upload,
                  .offered_paths = PathsOf(declared_functions)},
                 *store_, SystemClock()),
      broker_(BrokerOptionsFor(config_, events_.Last()), SystemClock()),
      workers_(
          WorkerHostOptionsFor(config_), broker_,
          [this](const std::string& sha256) -> std::optional<std::filesystem::path> {
            const auto contents = artifacts_.FindContents(sha256);
            if (!contents) return std::nullopt;
            return contents->path;
          },
          RunnerFor(config_, mist_home, spark_, java_)),
      inspector_(InspectorOptionsFor(config_, mist_home, spark_, java_)),
      contexts_(*store_, broker_, config_.context_defaults, config_.contexts),
      schemas_(*store_, inspector_),
      functions_(*store_, [this](const std::string& path) { return artifacts_.Resolve(path); },
                 schemas_, contexts_,
                 {.python = config_.python, .declared = std::move(declared_functions)}),
      jobs_(functions_, contexts_, inspector_, *store_, broker_, callers_, SystemClock(),
            {.longest_wait = config_.http.request_timeout}),
      worker_service_([this] { return workers_.ReadyWorkers(); },
                      [this](const WorkerId& id) { return FindWorkerLog(config_.log_folder, id); },
                      broker_, callers_),
      status_({.version = MIST_VERSION,
               .spark_version = spark_.version,
               .java_version = java_.version,
               .started = SystemClock().Wall()},
              *store_, broker_, callers_),
      metrics_({.file = std::filesystem::path(config_.data_directory) / "metrics.cbor"},
               SystemClock()),
      sweeper_(SweeperOptionsFor(config_), *store_, logs_, artifacts_, SystemClock()),
      http_(HttpOptionsFor(config_, spark_.worker_jar),
            {jobs_, functions_, contexts_, worker_service_, status_, artifacts_, logs_, events_,
             metrics_}) {
  if (config_.security.enabled)
    tickets_.emplace(TicketOptionsFor(config_), std::make_unique<SpawnProcessStarter>());
  if (config_.kafka.on) {
    message_doors_.push_back(
        std::make_unique<kafka::KafkaDoor>(KafkaOptionsFor(config_), jobs_, events_, *store_));
  }
  if (config_.mqtt.on) {
    message_doors_.push_back(std::make_unique<mqtt::Door>(MqttOptionsFor(config_), jobs_, events_,
                                                          *store_, SystemClock()));
  }
  for (const auto& door : message_doors_) {
    status_.AddMessageBroker([&door = *door] { return door.Status(); });
    sweeper_.AddSink(door->Events());
  }
  status_.SetRetention([this] { return RetentionOf(sweeper_.Counts()); });
}

Master::~Master() {
  Stop();
}

void Master::Start(http::HeldDoor held) {
  if (tickets_) tickets_->Start();
  for (const auto& door : message_doors_) door->StartEvents();
  broker_.Start({.store = *store_,
                 .workers = workers_,
                 .logs = logs_,
                 .answer = [this](const Answer& answer) { callers_.Deliver(answer); },
                 .publish =
                     [this](const JobEvent& event) {
                       log::Debug("job_event", {{"job", event.job->id.value},
                                                {"event", std::string(ToString(event.kind))}});
                       metrics_.Record(event);
                       events_.Publish(event);
                     },
                 .tell_progress =
                     [this](const TellProgress& tell) {
                       events_.PublishProgress({tell.job, tell.progress});
                     },
                 .shutdown_complete =
                     [this] {
                       MutexLock lock(mu_);
                       shutdown_complete_ = true;
                       shut_down_.NotifyAll();
                     },
                 .store_lost = on_store_lost_});
  started_ = true;
  contexts_.AnnounceAll();
  PassTestPoint("start-before-recovery");
  ContinueIds();
  ForgetDamagedWorkers();
  const std::size_t recovered = RecoverJobs();
  workers_.Start();
  AwaitCommits(kRecoveryWait);  // the first request sees what recovery has changed
  PassTestPoint("start-before-doors");
  http_.Start(std::move(held));
  for (const auto& door : message_doors_) door->StartRequests();
  sweeper_.Start();
  metrics_.Start([this] { return status_.View(); });
  status_.SetAcceptingJobs(true);
  PassTestPoint("start-before-ready");
  log::Info("master_started", {{"http_port", std::to_string(HttpPort())},
                               {"worker_port", std::to_string(WorkerPort())},
                               {"spark", spark_.version},
                               {"recovered_jobs", std::to_string(recovered)}});
}

// What a master that is ready again within a second with 100,000 waiting jobs can do for each is
// little: they are moved, not copied, the broker takes them up while the next are on their way, and
// nobody looks for the log of a job that has had no worker, which is what a log begins with.
std::size_t Master::RecoverJobs() {
  std::vector<Job> unfinished = store_->UnfinishedJobs();
  workers_.Adopt(store_->Workers(), unfinished);
  std::vector<Input> inputs;
  for (Job& job : unfinished) {
    const bool has_log = job.attempt > 0 && logs_.Size(job.id) > 0;
    inputs.emplace_back(JobRecovered{std::move(job), has_log});
    if (inputs.size() == kRecoveredAtOnce) broker_.PostAll(std::exchange(inputs, {}));
  }
  inputs.emplace_back(RecoveryEnded{});
  broker_.PostAll(std::move(inputs));
  return unfinished.size();
}

// Jobs are in the order of their ids, also when the clock went back while no master ran.
void Master::ContinueIds() {
  JobQuery newest;
  newest.limit = 1;
  for (const Job& job : store_->ListJobs(newest).jobs) ContinueUuid7After(job.id.value);
}

// They are not found again, and are refused when they dial in.
void Master::ForgetDamagedWorkers() {
  for (const std::string& id : store_->DamagedNames(NamedTable::kWorkers)) {
    log::Error("store_row_damaged",
               {{"row", "worker " + id}, {"effect", "it ends, and its jobs fail"}});
    store_->Submit({DeleteWorker{{id}}}, nullptr);
  }
}

// The broker answers, also about a job that is not there, when all that came before is durable.
void Master::AwaitCommits(Millis limit) {
  CallerTicket committed(callers_);
  broker_.Post(WaitRequested{JobId{}, committed.Id()});
  std::ignore = committed.WaitFor(limit);
}

void Master::ReloadContexts(const MasterConfig& config) {
  contexts_.Reload(config.context_defaults, config.contexts);
}

void Master::Stop() {
  if (std::exchange(stopped_, true)) return;
  status_.SetAcceptingJobs(false);
  sweeper_.Stop();
  for (const auto& door : message_doors_) door->StopRequests();
  if (started_) {
    const MonoTime deadline = SystemClock().Mono() + config_.shutdown_deadline;
    log::Info("master_stopping");
    PassTestPoint("stop-before-jobs");
    broker_.Post(ShutdownRequested{deadline});
    AwaitShutdown(deadline + kShutdownReserve);
    PassTestPoint("stop-after-jobs");
  }
  metrics_.Stop();
  broker_.Stop();
  metrics_.Save();  // with what was recorded last
  for (const auto& door : message_doors_) door->StopEvents(SystemClock().Mono() + kEventsGrace);
  callers_.Close();
  http_.Stop(kHttpGrace);
  PassTestPoint("stop-after-doors");
  workers_.Stop();
  if (tickets_) tickets_->Stop();
  inspector_.Stop();
  log::Info("master_stopped");
}

http::HeldDoor Master::HandOver() {
  stopped_ = true;
  log::Info("master_handing_over");
  sweeper_.Stop();
  for (const auto& door : message_doors_) door->StopRequests();
  http::HeldDoor held = http_.HandOver(kHandOverGrace, [this] { callers_.EndLongWaits(); });
  AwaitCommits(kShutdownReserve);
  metrics_.Stop();
  broker_.Stop();
  metrics_.Save();
  const MonoTime events_deadline = SystemClock().Mono() + kHandOverEventsGrace;
  for (const auto& door : message_doors_) door->StopEvents(events_deadline);
  if (tickets_) tickets_->Stop();
  inspector_.Stop();
  return held;
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
