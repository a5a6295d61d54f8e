#include <algorithm>

#include <gtest/gtest.h>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"

namespace mist::cli {
namespace {

using Lines = std::vector<std::string>;

constexpr char kJobs[] =
    R"([{"function":"f","jobId":"0192f0c1-7c5e-7aaa-8bbb-0123456789ab","context":"default",
         "externalId":"e1","source":"Http","startTime":1540000000123,"status":"finished"},
        {"function":"g","jobId":"0192f0c1-7c5e-7aaa-8bbb-0123456789ac","context":"c",
         "source":"Http","status":"queued"}])";

TEST(ListTest, ShowsJobsWithLocalTimesAndWholeIds) {
  FakeMaster master;
  master.On("GET /v2/api/jobs", kJobs);
  const CliResult result = RunCli({master.Port(), {"list", "jobs"}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "                UID                        START TIME        NAMESPACE   EXT ID   "
            "FUNCTION   SOURCE    STATUS\n"
            "0192f0c1-7c5e-7aaa-8bbb-0123456789ab   2018-10-20 01:46:40   default     e1       "
            "f          Http     finished\n"
            "0192f0c1-7c5e-7aaa-8bbb-0123456789ac   -                     c                    "
            "g          Http     queued\n");
}

TEST(ListTest, AsksForEachStateOfTheFilter) {
  FakeMaster master;
  const std::string line = "GET /v2/api/jobs?status=started&status=queued";
  master.On(line, "[]");
  EXPECT_EQ(RunCli({master.Port(), {"list", "jobs", "--filter", "started, queued"}}).exit_code, 0);
  EXPECT_EQ(RunCli({master.Port(), {"list", "jobs"}, {{"MIST_LIST_JOBS_FILTER", "started,queued"}}})
                .exit_code,
            0);
  EXPECT_EQ(master.Lines(), (Lines{line, line}));
}

TEST(ListTest, ShowsWorkers) {
  FakeMaster master;
  master.On("GET /v2/api/workers", R"([{"name":"w_1","address":"h:1","sparkUi":"http://h:4040"},
                                       {"name":"w_2","address":"h:2"}])");
  EXPECT_EQ(RunCli({master.Port(), {"list", "workers"}}).out,
            "ID    ADDRESS     SPARK UI\n"
            "w_1   h:1       http://h:4040\n"
            "w_2   h:2\n");
}

TEST(ListTest, ShowsFunctionsWithBordersWhenAsked) {
  FakeMaster master;
  master.On("GET /v2/api/functions",
            R"([{"name":"f","defaultContext":"default","path":"f.jar","className":"F$"}])");
  const std::string table =
      "+----------+-----------------+-------+------------+\n"
      "| FUNCTION | DEFAULT CONTEXT | PATH  | CLASS NAME |\n"
      "+==========+=================+=======+============+\n"
      "| f        | default         | f.jar | F$         |\n"
      "+----------+-----------------+-------+------------+\n";
  EXPECT_EQ(RunCli({master.Port(), {"-f", "list", "functions"}}).out, table);
  EXPECT_EQ(RunCli({master.Port(), {"list", "functions"}, {{"MIST_FORMAT_TABLE", "true"}}}).out,
            table);
}

TEST(ListTest, ShowsContextsAndArtifacts) {
  FakeMaster master;
  master.On("GET /v2/api/contexts", R"([{"name":"default","workerMode":"exclusive"}])");
  master.On("GET /v2/api/artifacts", R"(["f_0.0.1.jar"])");
  EXPECT_EQ(RunCli({master.Port(), {"list", "contexts"}}).out,
            "  ID      WORKER MODE\ndefault   exclusive\n");
  EXPECT_EQ(RunCli({master.Port(), {"list", "artifacts"}}).out, " ARTIFACT\nf_0.0.1.jar\n");
}

TEST(ListTest, ShowsWhichContextsAreInTrouble) {
  FakeMaster master;
  master.On("GET /v2/api/contexts",
            R"([{"name":"a","workerMode":"shared","failedStarts":{"count":5,"broken":true}},
                {"name":"b","workerMode":"shared","failedStarts":{"count":2,"broken":false}},
                {"name":"c","workerMode":"exclusive"}])");
  EXPECT_EQ(RunCli({master.Port(), {"list", "contexts"}}).out,
            "ID   WORKER MODE       TROUBLE\n"
            "a    shared        broken\n"
            "b    shared        2 failed starts\n"
            "c    exclusive\n");
}

TEST(ListTest, PassesJsonOnAsItIs) {
  FakeMaster master;
  master.On("GET /v2/api/jobs", R"([{"jobResult":12345678901234567890.123456789}])");
  EXPECT_EQ(RunCli({master.Port(), {"list", "jobs", "--json"}}).out,
            "[{\"jobResult\":12345678901234567890.123456789}]\n");
}

TEST(ListTest, ShowsAnHttpErrorAsSuch) {
  FakeMaster master;
  master.On("GET /v2/api/jobs?status=foo", "Unknown statuses: Unknown status foo", 400);
  const CliResult result = RunCli({master.Port(), {"list", "jobs", "--filter", "foo"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "Error: 400 Client Error: Bad Request for url: http://127.0.0.1:" +
                            std::to_string(master.Port()) +
                            "/v2/api/jobs?status=foo: Unknown statuses: Unknown status foo\n");
}

TEST(ListTest, NoticesAnAnswerThatIsNotOfAMaster) {
  FakeMaster master;
  master.On("GET /v2/api/jobs", "<html>");
  master.On("GET /v2/api/workers", "[1]");
  for (const char* what : {"jobs", "workers"}) {
    const CliResult result = RunCli({master.Port(), {"list", what}});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_NE(result.err.find("the answer of http://127.0.0.1:"), std::string::npos) << result.err;
  }
}

TEST(ListTest, AsksForMoreJobsThanAPageHoldsPageByPage) {
  FakeMaster master;
  std::string page = "[";
  for (int i = 0; i < 500; ++i) {
    page += (i == 0 ? "" : ",") + (R"({"jobId":"a)" + std::to_string(i) + R"(","n":1.10})");
  }
  master.On("GET /v2/api/jobs?limit=500", page + "]");
  master.On("GET /v2/api/jobs?limit=500&before=a499", R"([{"jobId":"b0"},{"jobId":"b1"}])");
  const std::string table = RunCli({master.Port(), {"list", "jobs", "--all"}}).out;
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 503);
  EXPECT_NE(table.find("\na499 "), std::string::npos);
  EXPECT_NE(table.find("\nb1 "), std::string::npos);
  const std::string json = RunCli({master.Port(), {"list", "jobs", "--all", "--json"}}).out;
  EXPECT_EQ(json, page + R"(,{"jobId":"b0"},{"jobId":"b1"}])" + "\n");
}

TEST(ListTest, AsksForAsManyJobsAsItIsTold) {
  FakeMaster master;
  master.On("GET /v2/api/jobs?status=started&limit=2", R"([{"jobId":"a"},{"jobId":"b"}])");
  const CliResult result =
      RunCli({master.Port(), {"list", "jobs", "--filter", "started", "--limit", "2", "--json"}});
  EXPECT_EQ(result.out, R"([{"jobId":"a"},{"jobId":"b"}])"
                        "\n");
  EXPECT_EQ(master.Lines().size(), 1u);
  for (const std::string wrong : {"0", "-1", "ten", "2147483648"}) {
    const CliResult refused = RunCli({master.Port(), {"list", "jobs", "--limit=" + wrong}});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_NE(
        refused.err.find("--limit: must be a number from 1 to 2147483647, got '" + wrong + "'\n"),
        std::string::npos)
        << refused.err;
  }
  EXPECT_EQ(RunCli({master.Port(), {"list", "jobs", "--limit", "3", "--all"}}).exit_code, 2);
}

TEST(ListTest, EndsWithAMasterThatDoesNotPageByJob) {
  FakeMaster master;
  std::string page = "[";
  for (int i = 0; i < 500; ++i) {
    page += (i == 0 ? "" : ",") + (R"({"jobId":"a)" + std::to_string(i) + R"("})");
  }
  master.On("GET /v2/api/jobs?limit=500", page + "]");
  master.On("GET /v2/api/jobs?limit=500&before=a499", page + "]");
  const std::string table = RunCli({master.Port(), {"list", "jobs", "--all"}}).out;
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 501);
}

TEST(ListTest, WatchesUntilCtrlC) {
  FakeMaster master;
  const std::string line = "GET /v2/api/contexts";
  master.On(line, R"([{"name":"one","workerMode":"shared"}])");
  master.On(line, "busy", 503);
  master.On(line, R"([{"name":"two","workerMode":"shared"}])");
  CliProcess cli({master.Port(), {"list", "contexts", "--watch", "0.1"}});
  ASSERT_TRUE(master.AwaitRequests(line, 4));
  cli.Interrupt();
  const CliResult result = cli.Wait();
  EXPECT_TRUE(
      result.out.starts_with("ID    WORKER MODE\none   shared\n\nError: 503 Server Error: "))
      << result.out;
  EXPECT_NE(result.out.find("\n\nID    WORKER MODE\ntwo   shared\n"), std::string::npos)
      << result.out;
}

TEST(ListTest, DrawsOverTheOldListOnATerminal) {
  FakeMaster master;
  const std::string line = "GET /v2/api/contexts";
  master.On(line, R"([{"name":"one","workerMode":"shared"}])");
  CliProcess cli({master.Port(), {"list", "contexts", "--watch", "0.1"}, {}, "", 80});
  ASSERT_TRUE(master.AwaitRequests(line, 3));
  cli.Interrupt();
  const std::string seen = cli.Wait().out;
  EXPECT_TRUE(seen.starts_with("\x1b[2J\x1b[Hlist contexts  ")) << seen;
  EXPECT_NE(
      seen.find("Ctrl-C ends\x1b[K\nID    WORKER MODE\x1b[K\none   shared\x1b[K\n\x1b[J\x1b[H"),
      std::string::npos)
      << seen;
}

TEST(ListTest, WatchesNothingThatCannotBeAskedEvenOnce) {
  FakeMaster master;
  const CliResult result = RunCli({master.Port(), {"list", "workers", "--watch"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(RunCli({master.Port(), {"list", "workers", "--watch", "0"}}).exit_code, 2);
}

TEST(ListTest, FitsATerminalOfFortyColumns) {
  FakeMaster master;
  master.On("GET /v2/api/jobs", kJobs);
  const CliResult result = RunCli({master.Port(), {"list", "jobs"}, {}, "", 40});
  EXPECT_EQ(result.out,
            "0192f0c1-7c5e-7aaa-8bbb-0123456789ab\n"
            "  START TIME  2018-10-20 01:46:40\n"
            "  NAMESPACE   default\n"
            "  EXT ID      e1\n"
            "  FUNCTION    f\n"
            "  SOURCE      Http\n"
            "  STATUS      finished\n"
            "0192f0c1-7c5e-7aaa-8bbb-0123456789ac\n"
            "  START TIME  -\n"
            "  NAMESPACE   c\n"
            "  FUNCTION    g\n"
            "  SOURCE      Http\n"
            "  STATUS      queued\n");
}

}  // namespace
}  // namespace mist::cli
