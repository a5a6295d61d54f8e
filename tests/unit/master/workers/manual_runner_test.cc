// Workers that the operator's commands start: shell scripts around the stand-in worker.
#include "master/workers/manual_runner.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <gtest/gtest.h>

#include "master/workers/runner_worker_host.h"
#include "master/workers/spawn_process_starter.h"
#include "tests/unit/master/workers/worker_world.h"

namespace mist {
namespace {

namespace fs = std::filesystem;
using testing::MakeContext;
using testing::MakeRun;

constexpr char kStartWorker[] =
    "exec " STANDIN_WORKER " --master $MIST_MASTER_ADDRESS --name $MIST_WORKER_NAME";

struct World {
  // What the script "start" does; "stop" notes whom it was called for.
  explicit World(const std::string& start, bool async = true, bool has_stop = true)
      : World(start, async, has_stop, {}) {}
  // A worker that an earlier run of the master has started, when there is a lease for it.
  explicit World(const std::string& start, bool async, bool has_stop, std::optional<Millis> lease) {
    const fs::path home = testing::MakeFakeSparkHome(folder.Path(), STANDIN_WORKER);
    std::ofstream(Path("start")) << start << '\n';
    std::ofstream(Path("stop")) << "echo stopped $MIST_WORKER_NAME $MIST_WORKER_SECRET > "
                                << Path("stopped.part") << "; mv " << Path("stopped.part") << " "
                                << Path("stopped") << "; echo said by stop\n";
    ManualRunnerOptions manual;
    manual.start_command = "/bin/sh '" + Path("start") + "'";
    if (has_stop) manual.stop_command = "/bin/sh " + Path("stop");
    manual.async = async;
    manual.spark = DetectSpark({home, folder.Path(), {}, {}});
    manual.mist_home = folder.Path();
    manual.logs_folder = folder.Path();
    RunnerWorkerHostOptions options;
    options.address = {"127.0.0.1", 0, "127.0.0.1", 2004};
    options.secrets_key_file = folder.Path() / "key";
    options.link.reconnect_grace = Millis(100);
    options.link.lease = lease.value_or(options.link.lease);
    host = std::make_unique<RunnerWorkerHost>(
        options, inbox, [](const std::string&) { return std::nullopt; },
        std::make_unique<ManualRunner>(manual, std::make_unique<SpawnProcessStarter>()));
    inbox.OnReports([this](const ReportsReceived& reports) {
      host->Handle(ReportsDurable{reports.worker, reports.through});
    });
    if (lease) host->Adopt({{id, MakeContext()}}, {});
    host->Start();
  }
  ~World() { host->Stop(); }

  void Begin() { host->Handle(StartWorker{id, MakeContext()}); }
  std::string Path(const std::string& name) const { return (folder.Path() / name).string(); }
  std::string Contents(const std::string& name) const {
    std::ifstream file(Path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Stopping the host waits for the stop command.
  std::string Stopped() {
    host->Stop();
    return Contents("stopped");
  }

  const WorkerId id{"ctx_1"};
  testing::TempFolder folder;
  testing::RecordingInbox inbox;
  std::unique_ptr<RunnerWorkerHost> host;
};

TEST(ManualRunnerTest, StartsAWorkerThatRunsAJobAndCallsTheStopCommandWhenItHasStopped) {
  World world(kStartWorker);
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.host->Handle(MakeRun(world.id, "standin.Echo", R"({"x":1})"));
  EXPECT_EQ(world.inbox.Next<JobFinished>()->result.value, R"({"x":1})");
  world.host->Handle(SendStop{world.id, "idle"});
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "the worker stopped");
  EXPECT_EQ(world.Stopped(), "stopped ctx_1\n");
  EXPECT_EQ(world.Contents("manual-worker-stop-ctx_1.log"), "said by stop\n");
}

TEST(ManualRunnerTest, AWorkerThatTheStartCommandLeavesBehindGoesOn) {
  World world("(" + std::string(kStartWorker) + ") & echo started $!");
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.host->Handle(MakeRun(world.id, "standin.Echo"));
  EXPECT_TRUE(world.inbox.Next<JobFinished>());
  EXPECT_TRUE(world.Contents("manual-worker-ctx_1.log").starts_with("started "));
  world.host->Handle(SendStop{world.id, "idle"});
  EXPECT_TRUE(world.inbox.Next<WorkerLost>());
}

TEST(ManualRunnerTest, AConnectionThatIsLostCallsTheStopCommand) {
  World world(kStartWorker);
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.host->Handle(MakeRun(world.id, "standin.Die"));
  EXPECT_TRUE(world.inbox.Next<WorkerLost>());
  EXPECT_EQ(world.Stopped(), "stopped ctx_1\n");
}

TEST(ManualRunnerTest, AKilledWorkersStartCommandDiesAndTheStopCommandIsCalled) {
  World world(kStartWorker);
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.host->Handle(KillWorker{world.id, "cancel took too long"});
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "cancel took too long");
  EXPECT_EQ(world.Stopped(), "stopped ctx_1\n");
}

TEST(ManualRunnerTest, AnExitCodeFailsTheStartUnlessItIsAsync) {
  World world("echo no machine is free; exit 4", false);
  world.Begin();
  EXPECT_EQ(world.inbox.Next<WorkerStartFailed>()->reason,
            "Process terminated with error: Process exited with status code 4 and out: no machine "
            "is free");
  EXPECT_EQ(world.Stopped(), "stopped ctx_1\n");
}

TEST(ManualRunnerTest, AnAsyncStartCommandMayEndAsItLikes) {
  World world("(" + std::string(kStartWorker) + ") & exit 4");
  world.Begin();
  EXPECT_TRUE(world.inbox.Next<WorkerReady>());
  EXPECT_EQ(world.inbox.Count<WorkerStartFailed>(), 0u);
}

TEST(ManualRunnerTest, WithoutAStopCommandThereIsOnlyTheMessage) {
  World world(kStartWorker, true, false);
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.host->Handle(SendStop{world.id, "idle"});
  EXPECT_TRUE(world.inbox.Next<WorkerLost>());
  EXPECT_EQ(world.Stopped(), "");
}

TEST(ManualRunnerTest, TakesOverAWorkerThatDialsIn) {
  World world("exit 1", true, true, std::chrono::minutes(1));
  testing::StandinOptions options;
  options.port = world.host->Port();
  options.id = world.id.value;
  options.secret = WorkerSecrets(world.Path("key")).For(world.id);
  testing::StandinWorker worker(options);
  worker.Start();
  ASSERT_TRUE(world.inbox.Next<WorkerReturned>());
  world.host->Handle(MakeRun(world.id, "standin.Echo", R"({"x":1})"));
  EXPECT_EQ(world.inbox.Next<JobFinished>()->result.value, R"({"x":1})");
  world.host->Handle(SendStop{world.id, "idle"});
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "the worker stopped");
  EXPECT_EQ(world.Stopped(), "stopped ctx_1\n");
  EXPECT_EQ(world.Contents("manual-worker-ctx_1.log"), "");  // no start command was run
}

TEST(ManualRunnerTest, StopsAWorkerOfAnEarlierMasterThatDoesNotDialIn) {
  World world("exit 1", true, true, Millis(200));
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "the worker did not call for 200 milliseconds");
  EXPECT_EQ(world.Stopped(), "stopped ctx_1\n");
}

TEST(ManualRunnerTest, TheStartCommandGetsTheContextInItsEnvironment) {
  ContextConfig context = MakeContext();
  context.run_options = "--verbose 'a b'";
  context.spark_conf = {{"spark.a", "1"}, {"spark.b", "x y"}};
  const WorkerOrder order{WorkerId{"ctx_1"}, context, "secret", {"master", 2551, "master", 2004}};
  EXPECT_EQ(ManualStartEnvironment(order),
            (Environment{
                {"MIST_MASTER_ADDRESS", "master:2551"},
                {"MIST_WORKER_NAME", "ctx_1"},
                {"MIST_WORKER_RUN_OPTIONS", "--verbose 'a b'"},
                {"MIST_WORKER_SPARK_CONF", "spark.a=1|+|spark.b=x y"},
                {"MIST_WORKER_SPARK_CONF_PREPARED", "--conf spark.a=1 --conf spark.b=x y"},
                {"MIST_WORKER_SECRET", "secret"},
                {"SPARK_MIST_WORKER_SECRET", "secret"},
            }));
}

}  // namespace
}  // namespace mist
