// Workers as real processes: a fake Spark home has the stand-in worker in place of spark-submit.
#include "master/workers/runner_worker_host.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "master/workers/driver_folders.h"
#include "master/workers/local_runner.h"
#include "master/workers/spawn_process_starter.h"
#include "master/workers/worker_processes.h"
#include "tests/unit/master/workers/inherited_process.h"
#include "tests/unit/master/workers/worker_world.h"

namespace mist {
namespace {

namespace fs = std::filesystem;
using testing::MakeContext;
using testing::MakeRun;

// Counts nothing, refuses everything.
class NoProcesses : public ProcessStarter {
 public:
  std::shared_ptr<Process> Start(ProcessSpec, OnEnd) override {
    throw Error(ErrorCode::kIo, "no memory for a process");
  }
  std::shared_ptr<Process> Adopt(pid_t, const std::function<bool()>&, OnEnd) override {
    throw Error(ErrorCode::kIo, "no descriptor for a process");
  }
};

// Another process removes it.
bool IsRemoved(const fs::path& folder) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (fs::exists(folder) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  return !fs::exists(folder);
}

// A shell that stays a shell: in the middle of execve a process has no environment for a moment.
constexpr char kLeaveOthers[] = "(sleep 1000; true) & ";

// What an earlier run of the master has left of a worker.
struct EarlierWorker {
  EarlierWorker() : secret(WorkerSecrets(folder.Path() / "key").For(row.id)) {
    if (mkfifo(output.c_str(), 0600) != 0) throw SystemError(errno, "making a pipe");
    output_end = OpenFile(output, O_RDONLY | O_NONBLOCK);
    fcntl(output_end.Descriptor(), F_SETFL, 0);  // reads wait
  }

  std::vector<std::string> Environment() const {
    return {"MIST_WORKER_SECRET=" + secret, "PATH=/bin:/usr/bin"};
  }
  // A process that waits to be reaped has no environment.
  bool AnythingLives() const { return FindWorkerProcesses().contains(secret); }
  // Returns the folder that it is in.
  fs::path MakeTempFile() const {
    fs::path made = DriverFoldersOf(folder.Path(), row.id, secret).temp;
    fs::create_directory(made);
    std::ofstream(made / "file") << "contents";
    return made;
  }
  // Returns when every process that writes to `output` has ended.
  void AwaitNothingLives() const {
    char piece[100];
    while (read(output_end.Descriptor(), piece, sizeof piece) > 0) {
    }
  }

  testing::TempFolder folder;
  const fs::path output = folder.Path() / "output";  // a named pipe
  FileHandle output_end;                             // to read
  const StoredWorker row{{"ctx_9"}, MakeContext()};
  const std::string secret;
};

// A driver that sleeps, started for the first world that it is given to.
class EarlierDriver : public EarlierWorker {
 public:
  explicit EarlierDriver(bool leader_ends = false) {
    const std::string script =
        leader_ends ? std::string(kLeaveOthers) + "echo ready" : "echo ready; sleep 1000";
    ProcessSpec spec{.command = {"/bin/sh", "-c", script},
                     .environment = Environment(),
                     .output_file = output,
                     .leaves_others = true};
    process = starter.Start(std::move(spec), [this](const ProcessEnd&) { ended.set_value(); });
    char ready;
    if (read(output_end.Descriptor(), &ready, 1) != 1) throw SystemError(errno, "reading a pipe");
    if (leader_ends) ended.get_future().wait();
  }
  ~EarlierDriver() { kill(-process->Id(), SIGKILL); }

  std::promise<void> ended;
  SpawnProcessStarter starter;
  std::shared_ptr<Process> process;
};

struct World {
  explicit World(
      WorkerLinkOptions link = {},
      std::unique_ptr<ProcessStarter> processes = std::make_unique<SpawnProcessStarter>(),
      const EarlierWorker* earlier = nullptr) {
    const fs::path home = testing::MakeFakeSparkHome(folder.Path(), STANDIN_WORKER);
    LocalRunnerOptions local;
    local.spark = DetectSpark({home, folder.Path(), {}, {}});
    local.java = {"/usr/bin/java", "17"};
    local.home = folder.Path();
    local.logs_folder = folder.Path();
    local.class_archives = false;
    local.secrets_folder = folder.Path() / "secrets";
    local.public_host = "127.0.0.1";
    RunnerWorkerHostOptions options;
    options.address = {"127.0.0.1", 0, "127.0.0.1", 2004};
    options.secrets_key_file = (earlier != nullptr ? earlier->folder : folder).Path() / "key";
    options.link = link;
    host = std::make_unique<RunnerWorkerHost>(
        options, inbox, [](const std::string&) { return std::nullopt; },
        std::make_unique<LocalRunner>(local, std::move(processes)));
    if (earlier != nullptr) host->Adopt({earlier->row}, {});
    inbox.OnReports([this](const ReportsReceived& reports) {
      host->Handle(ReportsDurable{reports.worker, reports.through});
    });
    host->Start();
  }
  ~World() { host->Stop(); }

  // `start` is the standin.start setting.
  void Begin(const std::string& start = "ready", const std::string& deploy_mode = "client") {
    ContextConfig context = MakeContext();
    context.spark_conf["standin.start"] = start;
    context.spark_conf["spark.submit.deployMode"] = deploy_mode;
    host->Handle(StartWorker{id, context});
  }

  std::string Output() const {
    std::ifstream file(folder.Path() / "local-worker-ctx_1.log");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const WorkerId id{"ctx_1"};
  testing::TempFolder folder;
  testing::RecordingInbox inbox;
  std::unique_ptr<RunnerWorkerHost> host;
};

TEST(RunnerWorkerHostTest, StartsAWorkerThatRunsAJobAndStops) {
  World world;
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerRegistered>());
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  EXPECT_EQ(world.host->ReadyWorkers().size(), 1u);
  world.host->Handle(MakeRun(world.id, "standin.Echo", R"({"x":[1,2]})"));
  EXPECT_EQ(world.inbox.Next<JobFinished>()->result.value, R"({"x":[1,2]})");
  world.host->Handle(SendStop{world.id, "idle"});
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "the worker's process ended: exit code 0");
  EXPECT_FALSE(world.host->FindReadyWorker(world.id));
}

TEST(RunnerWorkerHostTest, SeesAtOnceThatAWorkerDied) {
  World world;
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  const auto before = std::chrono::steady_clock::now();
  world.host->Handle(MakeRun(world.id, "standin.Die"));
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason,
            "the worker's process ended: signal 9 (Killed)");
  EXPECT_LT(std::chrono::steady_clock::now() - before,
            std::chrono::seconds(5));  // the lease is 60 s
}

TEST(RunnerWorkerHostTest, TellsExitCodeAndLastLinesOfAFailedStart) {
  World world;
  world.Begin("exit");
  EXPECT_EQ(world.inbox.Next<WorkerStartFailed>()->reason,
            "Process terminated with error: Process exited with status code 3 and out: first "
            "line;Exception in thread "
            "\"main\": no such Spark master");
  EXPECT_EQ(world.Output(), "first line\nException in thread \"main\": no such Spark master\n");
}

TEST(RunnerWorkerHostTest, TellsTheSignalOfAFailedStart) {
  World world;
  world.Begin("die");
  EXPECT_TRUE(world.inbox.Next<WorkerStartFailed>()->reason.starts_with(
      "Process terminated with error: Process was ended by signal 9 (Killed)"));
}

TEST(RunnerWorkerHostTest, PassesOnWhyAWorkerGaveUpItsStart) {
  World world;
  world.Begin("fail");
  EXPECT_EQ(world.inbox.Next<WorkerStartFailed>()->reason,
            "Worker ctx_1 instantiation failed:Spark context instantiation failed, as asked");
}

TEST(RunnerWorkerHostTest, FailsAStartThatCannotEvenBeTried) {
  World world({}, std::make_unique<NoProcesses>());
  world.Begin();
  EXPECT_EQ(world.inbox.Next<WorkerStartFailed>()->reason,
            "Starting worker failed: no memory for a process");
}

TEST(RunnerWorkerHostTest, KillsAWorkerThatIgnoresEverything) {
  World world;
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.host->Handle(MakeRun(world.id, "standin.Stubborn"));
  ASSERT_TRUE(world.inbox.Next<JobStarted>());
  world.host->Handle(KillWorker{world.id, "cancel took too long"});
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "cancel took too long");
}

TEST(RunnerWorkerHostTest, KillsAWorkerThatIsStillStarting) {
  World world;
  world.Begin("mute");
  ASSERT_TRUE(world.inbox.Next<WorkerRegistered>());
  world.host->Handle(KillWorker{world.id, "not ready in time"});
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "not ready in time");
}

TEST(RunnerWorkerHostTest, AKillRightAfterTheStartLeavesNothingBehind) {
  World world;
  for (int i = 0; i < 20; ++i) {
    const WorkerId id{"ctx_" + std::to_string(i)};
    world.host->Handle(StartWorker{id, MakeContext()});
    world.host->Handle(KillWorker{id, "changed my mind"});
    EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "changed my mind");
  }
  EXPECT_EQ(world.inbox.Count<WorkerStartFailed>(), 0u);
}

TEST(RunnerWorkerHostTest, KillsAStoppedWorkerWhenItsLeaseIsOver) {
  WorkerLinkOptions link;
  link.lease = Millis(500);
  link.poll = Millis(100);
  World world(link);
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.host->Handle(MakeRun(world.id, "standin.Freeze"));
  const auto lost = world.inbox.Next<WorkerLost>();
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->reason, "the worker did not call for 500 milliseconds");
}

TEST(RunnerWorkerHostTest, WaitsForADriverInTheClusterAfterSparkSubmitHasEnded) {
  World world;
  world.Begin("leave", "cluster");
  // The spark-submit ends with code 0; the "driver" that it left behind dials in.
  EXPECT_TRUE(world.inbox.Next<WorkerReady>());
  EXPECT_EQ(world.inbox.Count<WorkerStartFailed>(), 0u);
}

TEST(RunnerWorkerHostTest, FailsTheStartWhenTheClusterRefusesTheDriver) {
  World world;
  world.Begin("exit", "cluster");
  EXPECT_TRUE(world.inbox.Next<WorkerStartFailed>());
}

TEST(RunnerWorkerHostTest, StopKillsWhatIsLeft) {
  World world;
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.host->Handle(MakeRun(world.id, "standin.Stubborn"));
  ASSERT_TRUE(world.inbox.Next<JobStarted>());
  world.host->Stop();
  EXPECT_TRUE(world.inbox.Next<WorkerLost>());
}

// ---- workers of an earlier run of the master ----------------------------------------------------

TEST(RunnerWorkerHostTest, SeesThatAnEarlierDriverDied) {
  EarlierDriver driver;
  World world({}, std::make_unique<SpawnProcessStarter>(), &driver);
  EXPECT_EQ(world.inbox.Next<WorkerRecovered>()->worker.value, "ctx_9");
  driver.process->Kill();
  driver.ended.get_future().wait();
  EXPECT_TRUE(world.inbox.Next<WorkerLost>());
}

TEST(RunnerWorkerHostTest, KillsAnAdoptedDriverThatDoesNotDial) {
  EarlierDriver driver;
  WorkerLinkOptions link;
  link.lease = Millis(200);
  World world(link, std::make_unique<SpawnProcessStarter>(), &driver);
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "the worker did not call for 200 milliseconds");
  driver.ended.get_future().wait();
}

TEST(RunnerWorkerHostTest, KillsWhatADriverHasLeftBehind) {
  EarlierDriver driver(/*leader_ends=*/true);
  ASSERT_TRUE(driver.AnythingLives());
  World world({}, std::make_unique<SpawnProcessStarter>(), &driver);
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "it ended while the master was away");
  driver.AwaitNothingLives();
}

TEST(RunnerWorkerHostTest, ReapsADriverOfTheProgramBeforeThatHasLeftOthersBehind) {
  EarlierWorker worker;
  testing::InheritedProcess driver(std::string(kLeaveOthers) + "exit 0", worker.Environment(),
                                   worker.output);
  driver.AwaitEnd();
  ASSERT_TRUE(worker.AnythingLives());
  World world({}, std::make_unique<SpawnProcessStarter>(), &worker);
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "it ended while the master was away");
  EXPECT_FALSE(driver.IsChild());
  worker.AwaitNothingLives();
}

TEST(RunnerWorkerHostTest, FindsADriverInTheMiddleOfExec) {
  EarlierWorker worker;
  const fs::path script = worker.folder.Path() / "again";
  std::ofstream(script) << "exec /bin/sh " << script << "\n";
  const testing::InheritedProcess driver("exec /bin/sh " + script.string(), worker.Environment(),
                                         worker.output);
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(HasSecret(driver.Id(), worker.secret)) << i;
}

TEST(RunnerWorkerHostTest, RemovesTheFoldersOfADriverThatIsKilled) {
  EarlierDriver driver;
  const fs::path folder = driver.MakeTempFile();
  World world({}, std::make_unique<SpawnProcessStarter>(), &driver);
  ASSERT_TRUE(world.inbox.Next<WorkerRecovered>());
  driver.process->Kill();
  EXPECT_TRUE(world.inbox.Next<WorkerLost>());
  EXPECT_TRUE(IsRemoved(folder));
}

TEST(RunnerWorkerHostTest, RemovesTheFoldersOfADriverThatEndedWhileTheMasterWasAway) {
  EarlierWorker worker;
  const fs::path folder = worker.MakeTempFile();
  World world({}, std::make_unique<SpawnProcessStarter>(), &worker);
  EXPECT_TRUE(world.inbox.Next<WorkerLost>());
  EXPECT_TRUE(IsRemoved(folder));
}

TEST(RunnerWorkerHostTest, GivesADriverItsFolders) {
  World world;
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  const std::string secret = WorkerSecrets(world.folder.Path() / "key").For(world.id);
  const fs::path folder = DriverFoldersOf(world.folder.Path(), world.id, secret).temp;
  EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all);
  const auto driver = FindWorkerProcesses().at(secret);
  std::ifstream environment("/proc/" + std::to_string(driver.group) + "/environ");
  const std::string variables{std::istreambuf_iterator<char>(environment), {}};
  EXPECT_NE(variables.find("MIST_HOME=" + world.folder.Path().string() + '\0'), std::string::npos);
  world.host->Handle(SendStop{world.id, "idle"});
  EXPECT_TRUE(world.inbox.Next<WorkerLost>());
  EXPECT_TRUE(IsRemoved(folder));
}

TEST(RunnerWorkerHostTest, TakesNoOtherProcessForADriver) {
  EarlierDriver driver;
  fs::remove(driver.folder.Path() / "key");  // a new one is made
  World world({}, std::make_unique<SpawnProcessStarter>(), &driver);
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "it ended while the master was away");
  EXPECT_TRUE(driver.AnythingLives());
}

}  // namespace
}  // namespace mist
