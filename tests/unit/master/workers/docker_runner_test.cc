// Workers in containers of a fake Docker daemon, which runs the stand-in worker.
#include "master/workers/docker_runner.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <gtest/gtest.h>

#include "base/error.h"
#include "master/workers/runner_worker_host.h"
#include "tests/unit/master/workers/fake_docker.h"
#include "tests/unit/master/workers/worker_world.h"

namespace mist {
namespace {

using testing::MakeContext;
using testing::MakeRun;
using Strings = std::vector<std::string>;

// What an earlier run of the master has started in a container.
struct Earlier {
  std::string script;  // of /bin/sh, with the file that will have the master's port as $1
  std::optional<Millis> lease;
};

struct World {
  explicit World(const std::string& image = "mist-image", const std::string& network = "host",
                 const std::optional<Earlier>& earlier = {}) {
    const std::filesystem::path home = testing::MakeFakeSparkHome(folder.Path(), STANDIN_WORKER);
    DockerRunnerOptions docker_options;
    docker_options.host = docker.Host();
    docker_options.image = image;
    docker_options.spark = DetectSpark({home, folder.Path(), {}, {}});
    docker_options.network = network;
    docker_options.master_container = "master-container";
    docker_options.logs_folder = folder.Path();
    RunnerWorkerHostOptions options;
    options.address = {"127.0.0.1", 0, "127.0.0.1", 2004};
    options.secrets_key_file = folder.Path() / "key";
    if (earlier && earlier->lease) options.link.lease = *earlier->lease;
    host = std::make_unique<RunnerWorkerHost>(
        options, inbox, [](const std::string&) { return std::nullopt; },
        std::make_unique<DockerRunner>(docker_options));
    inbox.OnReports([this](const ReportsReceived& reports) {
      host->Handle(ReportsDurable{reports.worker, reports.through});
    });
    if (earlier) {
      StartEarlier(earlier->script);
      host->Adopt({{id, MakeContext()}}, {});
    }
    host->Start();
    if (earlier) {
      EXPECT_TRUE(docker.AwaitFollowed("container1"));
      TellPort();
    }
  }
  ~World() { host->Stop(); }

  void Begin(const std::string& start = "ready") {
    ContextConfig context = MakeContext();
    context.spark_conf["standin.start"] = start;
    host->Handle(StartWorker{id, context});
  }

  void StartEarlier(const std::string& script) {
    ContainerSpec spec;
    spec.image = "mist-image";
    spec.network = "host";
    spec.entrypoint = {"/bin/sh", "-c", script, "sh", PortFile()};
    spec.environment = {"PATH=/bin:/usr/bin",
                        "MIST_WORKER_SECRET=" + WorkerSecrets(folder.Path() / "key").For(id)};
    spec.labels = {{"mist.worker", id.value}};
    DockerClient client(docker.Host());
    client.Start(client.Create(spec));
  }
  std::string PortFile() const { return (folder.Path() / "port").string(); }
  void TellPort() const {
    std::ofstream(PortFile() + ".part") << host->Port();
    std::filesystem::rename(PortFile() + ".part", PortFile());
  }

  const WorkerId id{"ctx_1"};
  testing::TempFolder folder;
  testing::FakeDocker docker{folder.Path()};
  testing::RecordingInbox inbox;
  std::unique_ptr<RunnerWorkerHost> host;
};

TEST(DockerRunnerTest, RunsAJobInAContainerAndRemovesItAfterwards) {
  World world;
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.host->Handle(MakeRun(world.id, "standin.Echo", R"({"x":1})"));
  EXPECT_EQ(world.inbox.Next<JobFinished>()->result.value, R"({"x":1})");
  world.host->Handle(SendStop{world.id, "idle"});
  EXPECT_TRUE(world.inbox.Next<WorkerLost>());
  EXPECT_TRUE(world.docker.AwaitRemoved("container1"));
}

TEST(DockerRunnerTest, AsksForAContainerWithTheSubmitCommandAndTheSecretOnlyInItsEnvironment) {
  World world;
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  const nlohmann::json request = world.docker.Created().at(0);
  EXPECT_EQ(request.at("Image"), "mist-image");
  EXPECT_EQ(request.at("Labels").at("mist.worker"), "ctx_1");
  EXPECT_EQ(request.at("HostConfig"), (nlohmann::json{{"NetworkMode", "host"}}));
  const auto entrypoint = request.at("Entrypoint").get<Strings>();
  EXPECT_TRUE(entrypoint.front().ends_with("/bin/spark-submit"));
  EXPECT_EQ(entrypoint[entrypoint.size() - 2], "--name");
  EXPECT_EQ(entrypoint.back(), "ctx_1");
  const std::string prefix = "MIST_WORKER_SECRET=";
  const auto environment = request.at("Env").get<Strings>();
  const auto secret =
      std::find_if(environment.begin(), environment.end(),
                   [&](const std::string& entry) { return entry.starts_with(prefix); });
  ASSERT_NE(secret, environment.end());
  for (const std::string& word : entrypoint)
    EXPECT_EQ(word.find(secret->substr(prefix.size())), std::string::npos);
}

TEST(DockerRunnerTest, AnImageThatIsNotThereFailsTheStartAtOnce) {
  World world("no-such-image");
  world.Begin();
  EXPECT_EQ(world.inbox.Next<WorkerStartFailed>()->reason,
            "Starting worker failed: creating a container of image no-such-image: Docker says 404: "
            "No such image: no-such-image:latest");
}

TEST(DockerRunnerTest, AContainerThatCannotStartIsRemovedAndFailsTheStartAtOnce) {
  World world("cannot-start");
  world.Begin();
  EXPECT_EQ(world.inbox.Next<WorkerStartFailed>()->reason,
            "Starting worker failed: starting container container1: Docker says 500: failed to "
            "create task for container: no space");
  EXPECT_TRUE(world.docker.AwaitRemoved("container1"));
}

TEST(DockerRunnerTest, TellsExitCodeAndLastLinesOfADriverThatDidNotComeUp) {
  World world;
  world.Begin("exit");
  EXPECT_EQ(world.inbox.Next<WorkerStartFailed>()->reason,
            "Process terminated with error: Process exited with status code 3 and out: first "
            "line;Exception in thread \"main\": no such Spark master");
  EXPECT_TRUE(world.docker.AwaitRemoved("container1"));
  std::ifstream log(world.folder.Path() / "docker-worker-ctx_1.log");
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>(log), {}}),
            "first line\nException in thread \"main\": no such Spark master\n");
}

TEST(DockerRunnerTest, AKilledWorkersContainerIsRemoved) {
  World world;
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.host->Handle(MakeRun(world.id, "standin.Stubborn"));
  ASSERT_TRUE(world.inbox.Next<JobStarted>());
  world.host->Handle(KillWorker{world.id, "cancel took too long"});
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "cancel took too long");
  EXPECT_TRUE(world.docker.AwaitRemoved("container1"));
}

TEST(DockerRunnerTest, AutoMasterPutsTheWorkerBesideTheMastersContainer) {
  World world("mist-image", kAutoMasterNetwork);
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  EXPECT_EQ(
      world.docker.Created().at(0).at("HostConfig"),
      (nlohmann::json{{"NetworkMode", "bridge"}, {"Links", {"database:db", "the-master:master"}}}));
}

TEST(DockerRunnerTest, TheFirstStartRemovesWhatAnEarlierMasterLeft) {
  World world;
  world.docker.AddStopped("left-over");
  world.Begin();
  EXPECT_TRUE(world.docker.AwaitRemoved("left-over"));
}

TEST(DockerRunnerTest, StopRemovesContainersThatRun) {
  World world;
  world.Begin();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.host->Stop();
  EXPECT_TRUE(world.docker.AwaitRemoved("container1"));
}

constexpr char kDial[] =
    "while [ ! -e $1 ]; do sleep 0.01; done; "
    "exec " STANDIN_WORKER " --master 127.0.0.1:$(cat $1) --name ctx_1";

TEST(DockerRunnerTest, TakesOverAContainerThatDialsIn) {
  World world("mist-image", "host", Earlier{kDial, {}});
  ASSERT_TRUE(world.inbox.Next<WorkerReturned>());
  world.host->Handle(MakeRun(world.id, "standin.Echo", R"({"x":1})"));
  EXPECT_EQ(world.inbox.Next<JobFinished>()->result.value, R"({"x":1})");
  EXPECT_EQ(world.docker.Created().size(), 1u);
  world.host->Handle(SendStop{world.id, "idle"});
  EXPECT_TRUE(world.inbox.Next<WorkerLost>());
  EXPECT_TRUE(world.docker.AwaitRemoved("container1"));
}

TEST(DockerRunnerTest, RemovesAContainerOfAnEarlierMasterThatDoesNotDialIn) {
  World world("mist-image", "host", Earlier{"exec sleep 1000", Millis(200)});
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "the worker did not call for 200 milliseconds");
  EXPECT_TRUE(world.docker.AwaitRemoved("container1"));
}

TEST(DockerRunnerTest, SeesThatAContainerItTookOverEnded) {
  World world("mist-image", "host", Earlier{"while [ ! -e $1 ]; do sleep 0.01; done; exit 3", {}});
  ASSERT_TRUE(world.inbox.Next<WorkerLost>());
  EXPECT_TRUE(world.docker.AwaitRemoved("container1"));
}

TEST(DockerRunnerTest, AContainerThatIsGoneCannotBeTakenOver) {
  testing::TempFolder folder;
  testing::FakeDocker docker(folder.Path());
  DockerRunnerOptions options;
  options.host = docker.Host();
  DockerRunner runner(options);
  struct : RunObserver {
    void Exited(const WorkerId&, const RunExit&) override {}
    void Gone(const WorkerId&) override {}
  } observer;
  docker.AddStopped("another");
  EXPECT_EQ(runner.Adopt({WorkerId{"w"}, MakeContext(), "secret", {}}, observer), nullptr);
}

TEST(DockerRunnerTest, ADockerThatIsNotThereFailsTheStartWithItsAddress) {
  testing::TempFolder folder;
  DockerRunnerOptions options;
  options.host = "unix://" + (folder.Path() / "nobody.sock").string();
  options.image = "mist-image";
  DockerRunner runner(options);
  struct : RunObserver {
    void Exited(const WorkerId&, const RunExit&) override {}
    void Gone(const WorkerId&) override {}
  } observer;
  try {
    (void)runner.Start({WorkerId{"w"}, MakeContext(), "secret", {}}, observer);
    FAIL() << "there is no Docker";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUnavailable);
    EXPECT_NE(std::string(error.what()).find("nobody.sock does not answer"), std::string::npos)
        << error.what();
  }
}

TEST(DockerRunnerTest, RefusesAnAddressThatIsNone) {
  for (const char* host : {"", "unix://", "localhost:2375", "tcp://host", "tcp://host:no",
                           "tcp://:1", "https://host:2376"}) {
    EXPECT_THROW(DockerClient{host}, Error) << host;
  }
  EXPECT_NO_THROW(DockerClient{"tcp://host:2375"});
}

TEST(DockerRunnerTest, RefusesWhatWouldPutTheSecretOntoACommandLine) {
  World world;
  ContextConfig context = MakeContext();
  context.spark_conf = {{"spark.master", "yarn"}, {"spark.submit.deployMode", "cluster"}};
  world.host->Handle(StartWorker{world.id, context});
  EXPECT_NE(world.inbox.Next<WorkerStartFailed>()->reason.find("client deploy mode"),
            std::string::npos);
}

TEST(DockerLogDecoderTest, TakesFramesApartInAnyPortions) {
  const std::string frames("\1\0\0\0\0\0\0\3abc\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\2de", 29);
  for (std::size_t portion = 1; portion <= frames.size(); ++portion) {
    std::string text;
    DockerLogDecoder decoder([&](std::string_view piece) { text += piece; });
    for (std::size_t at = 0; at < frames.size(); at += portion)
      decoder.Add(std::string_view(frames).substr(at, portion));
    EXPECT_EQ(text, "abcde") << portion;
  }
}

}  // namespace
}  // namespace mist
