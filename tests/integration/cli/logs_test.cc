#include <gtest/gtest.h>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"

namespace mist::cli {
namespace {

using Lines = std::vector<std::string>;

constexpr char kJob[] = "GET /v2/api/jobs/j1";
constexpr char kLogs[] = "GET /v2/api/jobs/j1/logs";
constexpr char kLogPath[] = "/v2/api/jobs/j1/logs";

TEST(LogsTest, PrintsTheLogOfAJob) {
  FakeMaster master;
  master.OnLog(kLogPath, "INFO 2018-10-20T01:46:40.123 [j1] QueuedEvent\n\tat x\nno newline");
  const CliResult result = RunCli({master.Port(), {"logs", "j1"}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "INFO 2018-10-20T01:46:40.123 [j1] QueuedEvent\n\tat x\nno newline\n");
  EXPECT_EQ(master.Lines(), Lines{kLogs});
}

TEST(LogsTest, ReadsALargeLogPieceByPiece) {
  FakeMaster master;
  std::string log;
  while (log.size() < (5 << 20) / 2) log += "a line of " + std::to_string(log.size()) + "\n";
  master.OnLog(kLogPath, log);
  EXPECT_TRUE(RunCli({master.Port(), {"logs", "j1"}}).out == log);
  EXPECT_EQ(master.Lines(), (Lines{kLogs, kLogs, kLogs}));
}

TEST(LogsTest, PrintsNothingForAnEmptyLog) {
  FakeMaster master;
  master.OnLog(kLogPath, "");
  const CliResult result = RunCli({master.Port(), {"logs", "j1"}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
}

TEST(LogsTest, FailsForAnUnknownJob) {
  FakeMaster master;
  master.On(kLogs, "Job j1 not found", 404);
  const CliResult result = RunCli({master.Port(), {"logs", "j1"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("Job j1 not found"), std::string::npos);
}

TEST(LogsTest, PrintsOneJsonObjectPerLine) {
  FakeMaster master;
  master.OnLog(kLogPath, "INFO 2018-10-20T01:46:40 [j1] a\nb\n");
  EXPECT_EQ(RunCli({master.Port(), {"--json", "logs", "j1"}}).out,
            "{\"level\":\"INFO\",\"message\":\"a\",\"time\":\"2018-10-20T01:46:40\"}\n"
            "{\"message\":\"b\"}\n");
}

TEST(LogsTest, FollowsUntilTheJobEndsAndPrintsEachLineOnce) {
  FakeMaster master;
  master.On(kJob, R"({"jobId":"j1","status":"started"})");
  master.On(kJob, R"({"jobId":"j1","status":"finished"})");
  master.OnLog(kLogPath, "one\ntwo\n");
  const CliResult result = RunCli({master.Port(), {"logs", "j1", "-f"}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "one\ntwo\n");
  EXPECT_EQ(master.Lines(), (Lines{kJob, kLogs, kJob, kLogs}));
}

TEST(LogsTest, SaysAtCtrlCHowToFollowAgain) {
  FakeMaster master;
  master.On(kJob, R"({"jobId":"j1","status":"started"})");
  master.OnLog(kLogPath, "one\n");
  CliProcess cli({master.Port(), {"logs", "j1", "-f"}});
  ASSERT_TRUE(master.AwaitRequest(kLogs));
  cli.Interrupt();
  const CliResult result = cli.Wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(result.err,
            "\nThe job goes on. Follow it again with: mist-cli --host 127.0.0.1 --port " +
                std::to_string(master.Port()) + " logs j1 -f\n");
}

}  // namespace
}  // namespace mist::cli
