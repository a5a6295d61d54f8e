// The master's side of worker.thrift over real connections, spoken to by the stand-in worker.
#include "master/workers/worker_server.h"

#include <fstream>
#include <future>

#include <gtest/gtest.h>

#include "tests/unit/master/workers/worker_world.h"
#include "worker_protocol/worker_constants.h"

namespace mist {
namespace {

using protocol::RefusalCode;
using testing::MakeHello;
using testing::MakeRun;
using testing::StandinConnection;
using testing::StandinWorker;
using testing::WorkerWorld;

constexpr int kPollMillis = 20'000;

// A worker whose calls the test makes itself.
struct Dialled {
  explicit Dialled(const WorkerWorld& world) : connection("127.0.0.1", world.server.Port()) {
    client.registerWorker(welcome, MakeHello(world.Options()));
  }
  protocol::Commands Poll(std::int64_t confirmed, int wait_ms = kPollMillis) {
    protocol::Commands commands;
    client.nextCommands(commands, welcome.session, confirmed, wait_ms);
    return commands;
  }
  std::int64_t Report(const std::vector<protocol::Report>& reports) {
    protocol::ReportReply reply;
    client.report(reply, welcome.session, reports);
    return reply.durable_through;
  }

  StandinConnection connection;
  protocol::WorkerMasterClient& client = connection.Client();
  protocol::Welcome welcome;
};

protocol::Report ReadyReport(std::int64_t number) {
  protocol::Report report;
  report.number = number;
  report.body.__set_ready({});
  return report;
}

protocol::Report LogReport(std::int64_t number) {
  protocol::LogLines lines;
  lines.id.job_id = "job-1";
  lines.id.attempt = 1;
  lines.lines.resize(1);
  lines.lines[0].level = protocol::LogLevel::WARN;
  lines.lines[0].message = "report " + std::to_string(number);
  protocol::Report report;
  report.number = number;
  report.body.__set_log_lines(lines);
  return report;
}

template <typename Call>
RefusalCode::type RefusalOf(Call call) {
  try {
    call();
  } catch (const protocol::Refused& refused) {
    return refused.code;
  }
  ADD_FAILURE() << "not refused";
  return {};
}

RefusalCode::type RegistrationRefusal(const WorkerWorld& world, const protocol::Hello& hello) {
  StandinConnection connection("127.0.0.1", world.server.Port());
  return RefusalOf([&] {
    protocol::Welcome welcome;
    connection.Client().registerWorker(welcome, hello);
  });
}

// ---- registration -------------------------------------------------------------------------------

TEST(WorkerServerTest, TellsTheBrokerOfRegistrationAndReadiness) {
  WorkerWorld world;
  auto options = world.Options();
  options.spark_ui = "http://driver:4040";
  StandinWorker worker(options);
  worker.Start();
  EXPECT_EQ(world.inbox.Next<WorkerRegistered>()->worker, world.id);
  EXPECT_EQ(world.inbox.Next<WorkerReady>()->worker, world.id);
  const auto info = world.links.FindReady(world.id);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->spark_ui, "http://driver:4040");
  EXPECT_TRUE(info->address.starts_with("127.0.0.1:")) << info->address;
  EXPECT_EQ(world.links.Ready().size(), 1u);
}

TEST(WorkerServerTest, RefusesAWrongSecret) {
  WorkerWorld world;
  auto options = world.Options();
  options.secret[0] = options.secret[0] == '0' ? '1' : '0';
  EXPECT_EQ(RegistrationRefusal(world, MakeHello(options)), RefusalCode::WRONG_SECRET);
  EXPECT_EQ(world.inbox.Count<WorkerRegistered>(), 0u);
}

TEST(WorkerServerTest, RefusesAnotherVersionOfTheProtocol) {
  WorkerWorld world;
  auto options = world.Options();
  options.protocol_version = 99;
  EXPECT_EQ(RegistrationRefusal(world, MakeHello(options)), RefusalCode::WRONG_VERSION);
}

TEST(WorkerServerTest, RefusesAWorkerThatWasNeverStarted) {
  WorkerWorld world;
  auto options = world.Options();
  options.id = "other";
  EXPECT_EQ(RegistrationRefusal(world, MakeHello(options)), RefusalCode::UNKNOWN_WORKER);
}

TEST(WorkerServerTest, ForgetsAWorkerThatHasEnded) {
  WorkerWorld world;
  Dialled worker(world);
  world.links.End(world.id, WorkerLink::EndKind::kKilled, "as asked");
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "as asked");
  EXPECT_EQ(RefusalOf([&] { worker.Report({}); }), RefusalCode::STALE_SESSION);
  EXPECT_EQ(RegistrationRefusal(world, MakeHello(world.Options())), RefusalCode::UNKNOWN_WORKER);
}

TEST(WorkerServerTest, ASecondRegistrationEndsTheSessionBefore) {
  WorkerWorld world;
  Dialled first(world);
  Dialled second(world);
  EXPECT_EQ(RefusalOf([&] { first.Poll(0); }), RefusalCode::STALE_SESSION);
  EXPECT_EQ(second.Report({}), 0);
  EXPECT_EQ(world.inbox.Count<WorkerRegistered>(), 1u);
}

// ---- commands -----------------------------------------------------------------------------------

TEST(WorkerServerTest, ACommandEndsTheLongPollAtOnce) {
  WorkerWorld world;
  Dialled worker(world);
  auto polled = std::async(std::launch::async, [&] { return worker.Poll(0); });
  const auto before = std::chrono::steady_clock::now();
  world.link->Run(MakeRun(world.id, "standin.Echo", R"({"a":1})"));
  const protocol::Commands commands = polled.get();
  EXPECT_LT(std::chrono::steady_clock::now() - before,
            std::chrono::seconds(5));  // not the poll's 20 s
  ASSERT_EQ(commands.commands.size(), 1u);
  EXPECT_EQ(commands.commands[0].run.arguments, R"({"a":1})");
  EXPECT_EQ(commands.last_command, 1);
}

TEST(WorkerServerTest, HandsOutUnconfirmedCommandsAgainAfterAReconnect) {
  WorkerWorld world;
  Dialled first(world);
  world.link->Run(MakeRun(world.id, "standin.Echo"));
  ASSERT_EQ(first.Poll(0).commands.size(), 1u);
  Dialled second(world);
  EXPECT_EQ(second.Poll(0).commands.size(), 1u);
  EXPECT_TRUE(second.Poll(1, 0).commands.empty());
}

TEST(WorkerServerTest, GivesLongArgumentsInPieces) {
  WorkerWorld world;
  Dialled worker(world);
  const std::string arguments = "{\"a\":\"" + std::string(3 << 20, 'x') + "\"}";
  world.link->Run(MakeRun(world.id, "standin.Echo", arguments));
  const protocol::RunJob run = worker.Poll(0).commands.at(0).run;
  EXPECT_FALSE(run.__isset.arguments);
  std::string read;
  for (std::string piece = "?"; !piece.empty();) {
    worker.client.readArguments(piece, worker.welcome.session, run.id,
                                static_cast<std::int64_t>(read.size()),
                                protocol::g_worker_constants.kChunkBytes);
    read += piece;
  }
  EXPECT_EQ(read, arguments);
}

TEST(WorkerServerTest, RefusesArgumentsOfAnAttemptThatIsOver) {
  WorkerWorld world;
  Dialled worker(world);
  protocol::AttemptId id;
  id.job_id = "job-1";
  id.attempt = 1;
  std::string bytes;
  EXPECT_EQ(
      RefusalOf([&] { worker.client.readArguments(bytes, worker.welcome.session, id, 0, 10); }),
      RefusalCode::NO_SUCH_ATTEMPT);
}

TEST(WorkerServerTest, ReadsArtifactsByTheirDigest) {
  WorkerWorld world;
  std::ofstream(world.folder.Path() / "abc") << "0123456789";
  Dialled worker(world);
  const auto read = [&](const std::string& sha256, std::int64_t offset) {
    std::string bytes;
    worker.client.readArtifact(bytes, worker.welcome.session, sha256, offset, 4);
    return bytes;
  };
  EXPECT_EQ(read("abc", 0), "0123");
  EXPECT_EQ(read("abc", 8), "89");
  EXPECT_EQ(read("abc", 10), "");
  EXPECT_EQ(RefusalOf([&] { read("def", 0); }), RefusalCode::NO_SUCH_ARTIFACT);
  EXPECT_EQ(RefusalOf([&] { read("abc", -1); }), RefusalCode::BAD_REQUEST);
}

// ---- reports ------------------------------------------------------------------------------------

TEST(WorkerServerTest, IgnoresReportsThatItHasSeen) {
  WorkerWorld world;
  Dialled worker(world);
  worker.Report({ReadyReport(1), LogReport(2)});
  worker.Report({LogReport(2), LogReport(3)});
  EXPECT_EQ(world.inbox.Next<ReportsReceived>()->through, 2);
  EXPECT_EQ(world.inbox.Next<ReportsReceived>()->through, 3);
  EXPECT_EQ(world.inbox.Count<JobLogged>(), 2u);
  Dialled again(world);
  EXPECT_EQ(again.welcome.received_through, 3);
}

protocol::Report ProgressReport(std::int64_t number, const std::string& job, std::size_t stages) {
  protocol::SparkStage stage;
  stage.id = 7;
  stage.name = std::string(5'000, 'n');
  stage.state = protocol::StageState::RUNNING;
  stage.tasks = 20;
  stage.running_tasks = 2;
  stage.completed_tasks = 3;
  stage.failed_tasks = 1;
  stage.__set_begin_ms(900);
  protocol::SparkProgress progress;
  progress.id.job_id = job;
  progress.id.attempt = 1;
  progress.time_ms = 1'000;
  progress.completed_jobs = 4;
  progress.skipped_stages = 5;
  progress.tasks = 100;
  progress.stages.assign(stages, stage);
  protocol::Report report;
  report.number = number;
  report.body.__set_spark_progress(progress);
  return report;
}

TEST(WorkerServerTest, TellsHowFarTheSparkWorkOfARunningAttemptIs) {
  WorkerWorld world;
  Dialled worker(world);
  world.link->Run(MakeRun(world.id, "standin.Hang", "{}"));
  worker.Report({ProgressReport(1, "another", 1), ProgressReport(2, "job-1", 2)});
  EXPECT_EQ(world.inbox.Count<JobProgressed>(), 1u);
  const auto told = world.inbox.Next<JobProgressed>();
  EXPECT_EQ(told->attempt.job, JobId{"job-1"});
  EXPECT_EQ(told->attempt.attempt, 1);
  const SparkProgress& progress = *told->progress;
  EXPECT_EQ(progress.time, FromEpochMillis(1'000));
  EXPECT_EQ(progress.jobs, (SparkProgress::Jobs{0, 4, 0}));
  EXPECT_EQ(progress.stages, (SparkProgress::Stages{0, 0, 0, 0, 5}));
  EXPECT_EQ(progress.tasks.all, 100);
  const SparkStage stage{
      7, 0, std::string(1'000, 'n'), SparkStage::State::kRunning, 20, 2, 3, 1, FromEpochMillis(900),
      {}};
  EXPECT_EQ(progress.shown, (std::vector<SparkStage>{stage, stage}));
}

TEST(WorkerServerTest, KeepsNoMoreStagesThanAWorkerMayTellOf) {
  WorkerWorld world;
  Dialled worker(world);
  world.link->Run(MakeRun(world.id, "standin.Hang", "{}"));
  worker.Report({ProgressReport(1, "job-1", 1'000)});
  EXPECT_EQ(world.inbox.Next<JobProgressed>()->progress->shown.size(), 50U);
}

TEST(WorkerServerTest, RefusesAGapInTheReports) {
  WorkerWorld world;
  Dialled worker(world);
  EXPECT_EQ(RefusalOf([&] {
              worker.Report({ReadyReport(1), LogReport(3)});
            }),
            RefusalCode::BAD_REQUEST);
}

TEST(WorkerServerTest, TellsWhichReportsAreDurable) {
  WorkerWorld world;
  Dialled worker(world);
  EXPECT_EQ(worker.Report({ReadyReport(1)}), 0);
  world.link->ReportsAreDurable(1);
  EXPECT_EQ(worker.Report({}), 1);
  EXPECT_EQ(worker.Poll(0, 0).durable_through, 1);
}

TEST(WorkerServerTest, HoldsAReportBackUntilItsLinesAreWritten) {
  WorkerWorld world({.link = {}, .port = {}, .driver_is_child = true, .hold_logs = true});
  Dialled worker(world);
  auto reported = std::async(std::launch::async, [&] { return worker.Report({LogReport(1)}); });
  const auto logged = world.inbox.Next<JobLogged>();
  ASSERT_TRUE(logged);
  EXPECT_EQ(logged->batch.lines.at(0).level, LogLevel::kWarn);
  EXPECT_EQ(reported.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  logged->batch.written();
  EXPECT_EQ(reported.wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

TEST(WorkerServerTest, AReportThatIsHeldBackDoesNotHinderTheEnd) {
  WorkerWorld world({.link = {}, .port = {}, .driver_is_child = true, .hold_logs = true});
  Dialled worker(world);
  auto reported = std::async(std::launch::async, [&] { return worker.Report({LogReport(1)}); });
  ASSERT_TRUE(world.inbox.Next<JobLogged>());
  world.links.End(world.id, WorkerLink::EndKind::kKilled, "as asked");
  EXPECT_EQ(reported.wait_for(std::chrono::seconds(30)), std::future_status::ready);
}

// ---- jobs ---------------------------------------------------------------------------------------

TEST(WorkerServerTest, CarriesAJobFromTheCommandToTheResult) {
  WorkerWorld world;
  StandinWorker worker(world.Options());
  worker.Start();
  world.link->Run(MakeRun(world.id, "standin.Echo", R"({"pi":3.14159265358979323846})"));
  EXPECT_EQ(world.inbox.Next<JobStarted>()->attempt.job.value, "job-1");
  EXPECT_TRUE(world.inbox.Next<JobFinished>());
}

TEST(WorkerServerTest, CarriesErrorAndCancel) {
  WorkerWorld world;
  StandinWorker worker(world.Options());
  worker.Start();
  world.link->Run(MakeRun(world.id, "standin.Fail", R"({"error":"boom"})", "job-1"));
  EXPECT_EQ(world.inbox.Next<JobFailed>()->error, "boom");
  world.link->Run(MakeRun(world.id, "standin.Hang", "{}", "job-2"));
  ASSERT_TRUE(world.inbox.Next<JobStarted>());
  world.link->Cancel(SendCancel{AttemptRef{world.id, JobId{"job-2"}, 1}, "user request"});
  EXPECT_EQ(world.inbox.Next<JobCancelled>()->attempt.job.value, "job-2");
}

TEST(WorkerServerTest, TakesAResultOf64MiBInChunks) {
  WorkerWorld world;
  StandinWorker worker(world.Options());
  worker.Start();
  world.link->Run(MakeRun(world.id, "standin.Big", R"({"bytes":67108864})"));
  const auto finished = world.inbox.Next<JobFinished>();
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->result.value.size(), 64u << 20);
}

TEST(WorkerServerTest, FailsAJobWhoseResultIsOverTheLimit) {
  WorkerWorld world;
  StandinWorker worker(world.Options());
  worker.Start();
  world.link->Run(MakeRun(world.id, "standin.Big", R"({"bytes":67108865})"));
  const auto failed = world.inbox.Next<JobFailed>();
  ASSERT_TRUE(failed);
  EXPECT_NE(failed->error.find("67108865 bytes, the limit is 67108864"), std::string::npos)
      << failed->error;
}

TEST(WorkerServerTest, FailsAJobWhoseResultIsNotJson) {
  WorkerWorld world;
  StandinWorker worker(world.Options());
  worker.Start();
  world.link->Run(MakeRun(world.id, "standin.Garbage"));
  EXPECT_NE(world.inbox.Next<JobFailed>()->error.find("not JSON"), std::string::npos);
}

TEST(WorkerServerTest, LosesNothingOfAJobWhenConnectionsBreak) {
  WorkerWorld world;
  StandinWorker worker(world.Options());
  worker.Start();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.link->Run(MakeRun(world.id, "standin.Log", R"({"lines":2000})"));
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(world.inbox.Next<JobLogged>());
    worker.Disconnect();
  }
  EXPECT_EQ(world.inbox.Next<JobFinished>()->result.value, "2000");
  EXPECT_EQ(world.inbox.Count<JobLogged>(), 2000u);
  EXPECT_EQ(world.inbox.Count<WorkerLost>(), 0u);
}

// ---- the end of a worker ------------------------------------------------------------------------

TEST(WorkerServerTest, GivesUpAWorkerThatDoesNotCall) {
  WorkerLinkOptions link;
  link.lease = Millis(100);
  WorkerWorld world({.link = link, .port = {}, .driver_is_child = true, .hold_logs = false});
  Dialled worker(world);
  worker.Report({ReadyReport(1)});
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "the worker did not call for 100 milliseconds");
}

TEST(WorkerServerTest, GivesUpARemoteDriverWhoseConnectionsAreGone) {
  WorkerLinkOptions link;
  link.reconnect_grace = Millis(50);
  WorkerWorld world({.link = link, .port = {}, .driver_is_child = false, .hold_logs = false});
  {
    Dialled worker(world);
    worker.Report({ReadyReport(1)});
    worker.connection.Cut();
  }
  EXPECT_NE(world.inbox.Next<WorkerLost>()->reason.find("connections are gone"), std::string::npos);
}

TEST(WorkerServerTest, LetsARemoteDriverGoThatHasSaidSo) {
  WorkerWorld world({.link = {}, .port = {}, .driver_is_child = false, .hold_logs = false});
  world.inbox.OnReports(
      [&](const ReportsReceived& reports) { world.link->ReportsAreDurable(reports.through); });
  StandinWorker worker(world.Options());
  worker.Start();
  ASSERT_TRUE(world.inbox.Next<WorkerReady>());
  world.link->Stop(SendStop{world.id, "idle"});
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "the worker stopped");
}

TEST(WorkerServerTest, AWorkerThatCannotStartSaysWhy) {
  WorkerWorld world;
  auto options = world.Options();
  options.start_failure = "Spark context instantiation failed, no such master";
  StandinWorker worker(options);
  worker.Start();
  EXPECT_EQ(world.inbox.Next<WorkerStartFailed>()->reason,
            "Worker ctx_1 instantiation failed:Spark context instantiation failed, no such master");
}

TEST(WorkerServerTest, ReadsWhatIsLeftInTheConnectionsOfAProcessThatHasEnded) {
  WorkerWorld world;
  Dialled worker(world);
  world.link->Run(MakeRun(world.id, "standin.Echo"));
  worker.Report({ReadyReport(1)});
  world.link->GiveUpWhenDrained("gone");
  world.links.LookAgain();
  protocol::Report report;
  report.number = 2;
  report.body.failed.id.job_id = "job-1";
  report.body.failed.id.attempt = 1;
  report.body.failed.error = "last words";
  report.body.__isset.failed = true;
  worker.Report({report});
  worker.connection.Cut();
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "gone");
  EXPECT_EQ(world.inbox.Next<JobFailed>()->error, "last words");
}

// ---- workers of an earlier run of the master ----------------------------------------------------

protocol::AttemptId Attempt(const std::string& job, std::int32_t number = 1) {
  protocol::AttemptId id;
  id.job_id = job;
  id.attempt = number;
  return id;
}

protocol::Report ResultReport(std::int64_t number, const std::string& job,
                              const std::string& bytes) {
  protocol::ResultChunk chunk;
  chunk.id = Attempt(job);
  chunk.bytes = bytes;
  protocol::Report report;
  report.number = number;
  report.body.__set_result_chunk(chunk);
  return report;
}

protocol::Report FinishedReport(std::int64_t number, const std::string& job) {
  protocol::Finished finished;
  finished.id = Attempt(job);
  protocol::Report report;
  report.number = number;
  report.body.__set_finished(finished);
  return report;
}

// Has sent reports up to 6 to an earlier master, which called 4 durable.
struct Returning {
  explicit Returning(const std::vector<std::string>& jobs) {
    std::vector<SendRun> attempts;
    for (const std::string& job : jobs)
      attempts.push_back(MakeRun(world.id, "standin.Echo", "{}", job));
    world.link->Adopt(attempts);
    hello = MakeHello(world.Options());
    hello.next_report = 5;
    hello.__set_last_report(6);
    hello.__set_ready({});
  }
  void Dial() { connection.Client().registerWorker(welcome, hello); }
  void Report(const std::vector<protocol::Report>& reports) {
    protocol::ReportReply reply;
    connection.Client().report(reply, welcome.session, reports);
  }

  WorkerWorld world;
  protocol::Hello hello;
  StandinConnection connection{"127.0.0.1", world.server.Port()};
  protocol::Welcome welcome;
};

TEST(AdoptedWorkerTest, GoesOnAfterTheLastDurableReport) {
  Returning worker({"runs"});
  worker.hello.running = {Attempt("runs")};
  worker.hello.__set_running_ms({1500});
  worker.Dial();
  EXPECT_EQ(worker.welcome.received_through, 4);
  const auto returned = worker.world.inbox.Next<WorkerReturned>();
  ASSERT_TRUE(returned);
  ASSERT_EQ(returned->running.size(), 1U);
  EXPECT_EQ(returned->running[0].attempt.job.value, "runs");
  EXPECT_EQ(returned->running[0].age, Millis(1500));
  EXPECT_EQ(worker.world.inbox.Count<WorkerRegistered>(), 0u);
  EXPECT_TRUE(worker.world.link->ReadyInfo());
  worker.Report({ResultReport(5, "runs", "1"), FinishedReport(6, "runs")});
  EXPECT_EQ(worker.world.inbox.Next<JobFinished>()->result.value, "1");
  EXPECT_EQ(worker.world.inbox.Count<AttemptUnknown>(), 0u);
}

TEST(AdoptedWorkerTest, WasNotReadyBefore) {
  Returning worker({});
  worker.hello.__isset.ready = false;
  worker.Dial();
  EXPECT_TRUE(worker.world.inbox.Next<WorkerRegistered>());
  worker.Report({ReadyReport(5)});
  EXPECT_TRUE(worker.world.inbox.Next<WorkerReady>());
  EXPECT_EQ(worker.world.inbox.Count<WorkerReturned>(), 0u);
}

// Only when its reports are here is it known what has ended.
TEST(AdoptedWorkerTest, TellsOfAttemptsThatNeverReachedIt) {
  Returning worker({"ended", "lost", "runs"});
  worker.hello.running = {Attempt("runs")};
  worker.Dial();
  worker.world.link->Run(MakeRun(worker.world.id, "standin.Echo", "{}", "new"));
  worker.Report({ResultReport(5, "ended", "1")});
  EXPECT_EQ(worker.world.inbox.Count<AttemptUnknown>(), 0u);
  worker.Report({FinishedReport(6, "ended")});
  EXPECT_EQ(worker.world.inbox.Next<AttemptUnknown>()->attempt.job.value, "lost");
  EXPECT_EQ(worker.world.inbox.Next<JobFinished>()->attempt.job.value, "ended");
  EXPECT_EQ(worker.world.inbox.Count<AttemptUnknown>(), 1u);
}

TEST(AdoptedWorkerTest, IsToldToCancelWhatNobodyWants) {
  Returning worker({});
  worker.hello.running = {Attempt("forgotten", 2)};
  worker.Dial();
  protocol::Commands commands;
  worker.connection.Client().nextCommands(commands, worker.welcome.session, 0, kPollMillis);
  ASSERT_EQ(commands.commands.size(), 1u);
  EXPECT_EQ(commands.commands[0].cancel.id, Attempt("forgotten", 2));
}

TEST(AdoptedWorkerTest, CannotReportAboutAnAttemptThatIsOver) {
  Returning worker({"runs"});
  worker.hello.running = {Attempt("runs"), Attempt("over")};
  worker.Dial();  // as one that does not say since when they run
  const auto returned = worker.world.inbox.Next<WorkerReturned>();
  ASSERT_TRUE(returned);
  ASSERT_EQ(returned->running.size(), 1U);
  EXPECT_EQ(returned->running[0].age, Millis(0));
  worker.Report({ResultReport(5, "over", "1"), FinishedReport(6, "over")});
  worker.Report({ResultReport(7, "runs", "2"), FinishedReport(8, "runs")});
  EXPECT_EQ(worker.world.inbox.Next<JobFinished>()->attempt.job.value, "runs");
  EXPECT_EQ(worker.world.inbox.Count<JobFinished>(), 1u);
}

TEST(AdoptedWorkerTest, IsLostWhenItDoesNotDialWithinTheLease) {
  WorkerWorld::Settings settings;
  settings.link.lease = Millis(200);
  WorkerWorld world(settings);
  world.link->Adopt({});
  world.links.Add(world.link);
  EXPECT_EQ(world.inbox.Next<WorkerLost>()->reason, "the worker did not call for 200 milliseconds");
}

// What an attempt has sent of its result is with this master only.
TEST(WorkerServerTest, CallsNoPartOfAnUnendedResultDurable) {
  WorkerWorld world;
  Dialled worker(world);
  worker.Report({ReadyReport(1)});
  world.link->Run(MakeRun(world.id, "standin.Echo"));
  worker.Report({LogReport(2), ResultReport(3, "job-1", "[1,"), LogReport(4)});
  EXPECT_EQ(world.inbox.Next<ReportsReceived>()->through, 1);
  EXPECT_EQ(world.inbox.Next<ReportsReceived>()->through, 2);
  worker.Report({ResultReport(5, "job-1", "2]"), FinishedReport(6, "job-1")});
  EXPECT_EQ(world.inbox.Next<ReportsReceived>()->through, 6);
  EXPECT_EQ(world.inbox.Next<JobFinished>()->result.value, "[1,2]");
}

}  // namespace
}  // namespace mist
