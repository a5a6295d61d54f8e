// The services and the broker on a store that fails: for each method the k-th call, once or for
// ever, in every way. What was acknowledged is stored, nothing crashes, and the next start goes on.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "master/broker/broker_loop.h"
#include "master/broker/job_state.h"
#include "master/events/event_feed.h"
#include "master/logs/job_logs.h"
#include "master/retention/sweeper.h"
#include "master/workers/worker_host.h"
#include "tests/support/faulty_store.h"
#include "tests/support/jobs.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/master/services/services_world.h"

namespace mist::testing {
namespace {

constexpr int kMaxK = 20;
// For what takes milliseconds, on a machine that does other things too.
constexpr std::chrono::seconds kPatience{10};

// Workers that are there at once and finish every job.
class InstantHost : public WorkerHost {
 public:
  explicit InstantHost(BrokerInbox& broker) : broker_(broker) {}

  void Handle(StartWorker effect) override {
    broker_.Post(WorkerRegistered{effect.worker});
    broker_.Post(WorkerReady{effect.worker});
  }
  void Handle(SendRun effect) override {
    broker_.Post(JobStarted{effect.attempt, SystemClock().Wall()});
    broker_.Post(JobFinished{effect.attempt, JsonText{"1"}});
  }
  void Handle(SendCancel effect) override { broker_.Post(JobCancelled{effect.attempt}); }
  void Handle(SendStop effect) override { broker_.Post(WorkerLost{effect.worker, "stopped"}); }
  void Handle(KillWorker effect) override { broker_.Post(WorkerLost{effect.worker, "killed"}); }
  void Handle(ReportsDurable) override {}

 private:
  BrokerInbox& broker_;
};

BrokerOptions OptionsFor(Store& store) {
  BrokerOptions options;
  options.last_event = store.LastEvent();
  options.context_defaults = MakeContext(kDefaultContext);
  options.instance = NewUuid7(SystemClock().Wall());
  options.storage_retry = Millis(5);
  options.start_backoff = options.start_backoff_max = Millis(1);
  options.cancel_grace = options.stop_grace = Millis(5);
  return options;
}

// What a master process is, from its start to its end, as far as the store is concerned. The
// constructor throws Error where a start would fail.
class Life {
 public:
  // The disk is what the store writes to.
  Life(Store& store, Store& disk, JobLogs& logs, FakeInspector& inspector,
       const std::filesystem::path& folder, Timeout longest_wait)
      : store_(store),
        disk_(disk),
        feed_({}, store),
        broker_(OptionsFor(store), SystemClock()),
        host_(broker_),
        contexts_(store, broker_, MakeContext(kDefaultContext), {}),
        schemas_(store, inspector),
        functions_(store,
                   [](const std::string& path) {
                     return ResolvedArtifact{path, "sha1", "a", {"/data/a", 42}, {}};
                   },
                   schemas_, contexts_, {"python3", Millis(20)}),
        jobs_(functions_, contexts_, inspector, store, broker_, callers_, SystemClock(),
              {.longest_wait = longest_wait}),
        artifacts_({.folder = folder, .max_artifact_bytes = 1 << 20, .offered_paths = {}}, store,
                   SystemClock()),
        sweeper_(SweeperLimits(), store, logs, artifacts_, SystemClock()) {
    const std::vector<Job> unfinished = store_.UnfinishedJobs();
    const std::vector<StoredWorker> workers = store_.Workers();
    broker_.Start({.store = store_,
                   .workers = host_,
                   .logs = logs,
                   .answer = [this](const Answer& answer) { callers_.Deliver(answer); },
                   .publish = [this](const JobEvent& event) { feed_.Publish(event); },
                   .tell_progress = [](const TellProgress&) {},
                   .shutdown_complete = [] {},
                   .store_lost = [this] { callers_.Close(); }});
    contexts_.AnnounceAll();
    for (const StoredWorker& worker : workers)
      broker_.Post(WorkerRecovered{worker.id, worker.config});
    for (const Job& job : unfinished) broker_.Post(JobRecovered{job, false});
    broker_.Post(RecoveryEnded{});
    for (const StoredWorker& worker : workers) broker_.Post(WorkerLost{worker.id, "gone"});
  }
  ~Life() {
    callers_.Close();
    broker_.Stop();
    disk_.Write({});  // what was submitted is done with
  }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  JobService& Jobs() { return jobs_; }
  FunctionService& Functions() { return functions_; }
  ContextService& Contexts() { return contexts_; }
  EventFeed& Events() { return feed_; }
  void Sweep() { sweeper_.Sweep(); }

 private:
  // Looks at everything and takes nothing but events.
  static SweeperOptions SweeperLimits() {
    SweeperOptions options;
    options.jobs.age = std::chrono::hours(1);
    options.events.count = 5;
    options.contents.age = std::chrono::hours(1);
    options.other_keys = std::chrono::hours(1);
    return options;
  }

  Store& store_;
  Store& disk_;
  EventFeed feed_;
  CallerTable callers_;
  BrokerLoop broker_;
  InstantHost host_;
  StoredContextService contexts_;
  SchemaSource schemas_;
  StoredFunctionService functions_;
  BrokerJobService jobs_;
  ArtifactRepository artifacts_;
  Sweeper sweeper_;
};

StartJob Call(const std::string& key = "") {
  StartJob call;
  call.function = FunctionName{"f"};
  call.arguments = JsonText{R"({"n":1})"};
  if (!key.empty()) call.key = RequestKey{key, {}};
  return call;
}

// What a client was told.
struct Ledger {
  std::set<JobId> accepted;
  std::vector<Job> ended;
  std::vector<ContextName> contexts;
};

class StoreFaultsTest : public ::testing::TestWithParam<std::string_view> {
 protected:
  StoreFaultsTest() : logs_({.folder = folder_.Path() / "logs"}) {
    inspector_.Know("Foo$", SchemaWith({"n"}));
  }

  void MakeDisk() {
    disk_.emplace();
    Life life(*disk_, *disk_, logs_, inspector_, folder_.Path(), kPatience);
    EXPECT_TRUE(std::holds_alternative<Function>(life.Functions().Create(MakeFunction("f"))));
    std::ignore = life.Jobs().Start(Call());
  }

  // A request: an Error is a 5xx, which promises nothing.
  template <typename Request>
  static void Ask(Request request) {
    try {
      request();
    } catch (const Error&) {
    }
  }

  // A cancel waits until the job's end is stored, on a full disk for as long as that is full.
  void Use(Life& life, Ledger& told, StoreFault fault) {
    for (int i = 0; i < 6; ++i) {
      Ask([&] {
        const auto outcome = life.Jobs().Start(Call());
        if (const auto* id = std::get_if<JobId>(&outcome)) told.accepted.insert(*id);
      });
      Ask([&] {
        const auto outcome = life.Jobs().Start(Call("key-" + std::to_string(i / 2)));
        if (const auto* id = std::get_if<JobId>(&outcome)) told.accepted.insert(*id);
      });
      Ask([&] {
        const auto outcome = life.Jobs().StartAndWait(Call());
        if (const auto* end = std::get_if<EndedJob>(&outcome)) told.ended.push_back(*end->job);
      });
      Ask([&] {
        const ContextName name{"c" + std::to_string(i)};
        const auto saved = life.Contexts().Save(MakeContext(name.value));
        if (std::holds_alternative<ContextConfig>(saved)) told.contexts.push_back(name);
      });
      Ask([&] { life.Jobs().List({}); });
      Ask([&] { life.Events().After(0, {}, 100); });
      Ask([&] { life.Sweep(); });
      if (fault == StoreFault::kFull) continue;
      for (const JobId& id : told.accepted) {
        Ask([&] { std::ignore = life.Jobs().Cancel(id); });
        break;
      }
    }
  }

  // What the client was told and the disk does not have.
  std::vector<std::string> Missing(const Ledger& told) {
    std::vector<std::string> missing;
    for (const JobId& id : told.accepted) {
      if (!disk_->FindJob(id)) missing.push_back(id.value);
    }
    for (const Job& job : told.ended) {
      const auto stored = disk_->FindJob(job.id);
      if (!stored || stored->state != job.state || stored->result != job.result)
        missing.push_back("the end of " + job.id.value);
    }
    const std::vector<ContextConfig> contexts = disk_->Contexts();
    for (const ContextName& name : told.contexts) {
      const bool is_there =
          std::any_of(contexts.begin(), contexts.end(),
                      [&](const ContextConfig& stored) { return stored.name == name; });
      if (!is_there) missing.push_back("context " + name.value);
    }
    return missing;
  }

  // The next start takes everything to its end, and takes new jobs.
  void ExpectRecovery(const Ledger& told) {
    Life life(*disk_, *disk_, logs_, inspector_, folder_.Path(), kPatience);
    EXPECT_TRUE(std::holds_alternative<EndedJob>(life.Jobs().StartAndWait(Call())));
    for (const JobId& id : told.accepted) {
      const auto job = life.Jobs().FindEnded(id, kPatience);
      ASSERT_TRUE(job) << id.value;
      EXPECT_TRUE(IsTerminal(job->state)) << id.value << ' ' << ToString(job->state);
    }
    EXPECT_TRUE(disk_->UnfinishedJobs().empty());
  }

  // False when no call was the k-th.
  bool Try(const FaultPlan& plan) {
    MakeDisk();
    FaultyStore store(*disk_, plan);
    Ledger told;
    try {
      Life life(store, *disk_, logs_, inspector_, folder_.Path(), Millis(200));
      Use(life, told, plan.fault);
    } catch (const Error&) {  // a start that fails, or an end whose last write does
    }
    EXPECT_EQ(Missing(told), std::vector<std::string>{});
    ExpectRecovery(told);
    return store.WasHit();
  }

  const TempFolder folder_;
  std::optional<MemoryStore> disk_;
  FakeInspector inspector_;
  JobLogs logs_;
};

TEST_P(StoreFaultsTest, AcknowledgesOnlyWhatIsStoredAndRecovers) {
  constexpr std::array kFaults{StoreFault::kIo, StoreFault::kFull, StoreFault::kBusy,
                               StoreFault::kApplied};
  for (const StoreFault fault : kFaults) {
    for (const bool for_ever : {false, true}) {
      for (int k = 1; k <= kMaxK; ++k) {
        SCOPED_TRACE("fault " + std::to_string(static_cast<int>(fault)) + ", k " +
                     std::to_string(k) + (for_ever ? ", for ever" : ", once"));
        if (!Try({.method = GetParam(), .k = k, .fault = fault, .for_ever = for_ever})) break;
        if (HasFailure()) return;
      }
    }
  }
}

// A broker, told of each commit.
class CommittedBroker {
 public:
  std::vector<Effect> Handle(std::deque<Input> inputs, bool commits = true) {
    std::vector<Effect> all;
    while (!inputs.empty()) {
      std::vector<Effect> effects = broker_.Handle(std::exchange(inputs, {}), now_);
      for (Effect& effect : effects) {
        if (const auto* persist = std::get_if<Persist>(&effect)) {
          last_batch = persist->number;
          if (commits) inputs.push_back(StorageCommitted{persist->number});
        }
        if (const auto* start = std::get_if<StartWorker>(&effect)) {
          inputs.push_back(WorkerRegistered{start->worker});
          inputs.push_back(WorkerReady{start->worker});
        }
        if (const auto* run = std::get_if<SendRun>(&effect)) running = run->attempt;
        all.push_back(std::move(effect));
      }
    }
    return all;
  }

  std::uint64_t last_batch = 0;
  std::optional<AttemptRef> running;

 private:
  BrokerOptions options_ = [] {
    BrokerOptions options;
    options.context_defaults = MakeContext(kDefaultContext);
    return options;
  }();
  Broker broker_{options_};
  Now now_{SystemClock().Mono(), SystemClock().Wall()};
};

TEST(FullDiskTest, ARefusedCallerHearsAtOnceThoughTheEndOfAnotherJobWaitsForRoom) {
  const auto request = [](CallerId caller) {
    Job job = MakeJob();
    job.state = JobState::kInitialized;
    job.start_timeout.reset();
    return JobRequested{job, false, caller, {}};
  };
  CommittedBroker broker;
  broker.Handle({RecoveryEnded{}});
  broker.Handle({request(1)});
  ASSERT_TRUE(broker.running);
  broker.Handle({JobFinished{*broker.running, JsonText{"1"}}, request(2)}, /*commits=*/false);
  const std::vector<Effect> effects =
      broker.Handle({StorageFailed{broker.last_batch, "no room"}}, /*commits=*/false);
  EXPECT_TRUE(std::any_of(effects.begin(), effects.end(), [](const Effect& effect) {
    const auto* answer = std::get_if<Answer>(&effect);
    return answer != nullptr && answer->caller == 2 &&
           std::holds_alternative<JobRefused>(answer->body);
  }));
}

class LyingStoreTest : public StoreFaultsTest {};

TEST_P(LyingStoreTest, IsFoundByTheSameChecks) {
  MakeDisk();
  FaultyStore store(*disk_,
                    {.method = GetParam(), .k = 1, .fault = StoreFault::kLost, .for_ever = true});
  Ledger told;
  {
    Life life(store, *disk_, logs_, inspector_, folder_.Path(), Millis(200));
    Use(life, told, StoreFault::kLost);
  }
  EXPECT_FALSE(Missing(told).empty());
}

INSTANTIATE_TEST_SUITE_P(Submit, LyingStoreTest, ::testing::Values("Submit"));
INSTANTIATE_TEST_SUITE_P(Methods, StoreFaultsTest, ::testing::ValuesIn(FaultyStore::Methods()),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace mist::testing
