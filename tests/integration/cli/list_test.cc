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

}  // namespace
}  // namespace mist::cli
