#include <gtest/gtest.h>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"

namespace mist::cli {
namespace {

using Lines = std::vector<std::string>;

TEST(KillTest, StopsAWorkerAfterAYes) {
  FakeMaster master;
  master.On("DELETE /v2/api/workers/a%2Fb_1", "");
  const CliResult result = RunCli({master.Port(), {"kill", "worker", "a/b_1"}, {}, "y\n"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "Are you sure you want to stop worker a/b_1? [y/N]: ");
  EXPECT_EQ(result.out, "Killing worker a/b_1\n");
  EXPECT_EQ(master.Lines(), Lines{"DELETE /v2/api/workers/a%2Fb_1"});
}

TEST(KillTest, AsksNothingOfTheMasterAfterANo) {
  FakeMaster master;
  for (const char* answer : {"n\n", "\n", ""}) {
    const CliResult result = RunCli({master.Port(), {"kill", "job", "j1"}, {}, answer});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.err, "Are you sure you want to cancel job j1? [y/N]: Aborted!\n");
  }
  EXPECT_EQ(master.Lines(), Lines{});
}

TEST(KillTest, CancelsAJobWithoutAQuestionWhenToldSo) {
  FakeMaster master;
  master.On("DELETE /v2/api/jobs/j1", R"({"jobId":"j1","status":"cancelled"})");
  const std::string text =
      "Killing job j1\nKilled job j1\nJob cancelled   JOB ID\n                j1\n";
  EXPECT_EQ(RunCli({master.Port(), {"-y", "kill", "job", "j1"}}).out, text);
  EXPECT_EQ(RunCli({master.Port(), {"kill", "job", "j1"}, {{"MIST_YES", "true"}}}).out, text);
  EXPECT_EQ(RunCli({master.Port(), {"kill", "job", "j1", "-y", "--json"}}).out,
            "{\"jobId\":\"j1\",\"status\":\"cancelled\"}\n");
}

TEST(KillTest, FailsForAnUnknownJob) {
  FakeMaster master;
  const CliResult result = RunCli({master.Port(), {"-y", "kill", "job", "nope"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "Error: 404 Client Error: Not Found for url: http://127.0.0.1:" +
                            std::to_string(master.Port()) +
                            "/v2/api/jobs/nope: The requested resource could not be found.\n");
}

}  // namespace
}  // namespace mist::cli
