#include <gtest/gtest.h>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"

namespace mist::cli {
namespace {

TEST(ShowTest, ShowsEverySettingOfAContext) {
  FakeMaster master;
  const std::string context =
      R"({"name":"c","sparkConf":{"spark.master":"local[2]"},"downtime":"30s","maxJobs":4})";
  master.On("GET /v2/api/contexts/c", context);
  EXPECT_EQ(RunCli({master.Port(), {"contexts", "show", "c"}}).out,
            "downtime: 30s\nmaxJobs: 4\nname: c\nsparkConf:\n  spark.master: local[2]\n");
  EXPECT_EQ(RunCli({master.Port(), {"contexts", "show", "c", "--json"}}).out, context + "\n");
}

TEST(ShowTest, TellsWhyWorkersOfAContextDoNotStart) {
  FakeMaster master;
  master.On("GET /v2/api/contexts/c",
            R"({"name":"c","failedStarts":{"count":2,"broken":false,"since":1000,"last":3000,
                "nextTry":5000,"reason":"exit code 3\nlast line",
                "repair":"mist-cli repair context c"}})");
  EXPECT_EQ(RunCli({master.Port(), {"contexts", "show", "c"}, {{"TZ", "UTC"}}}).out,
            "failedStarts:\n"
            "  broken: false\n"
            "  count: 2\n"
            "  last: 1970-01-01 00:00:03\n"
            "  nextTry: 1970-01-01 00:00:05\n"
            "  reason: exit code 3\nlast line\n"
            "  repair: mist-cli repair context c\n"
            "  since: 1970-01-01 00:00:01\n"
            "name: c\n");
}

TEST(ShowTest, ShowsTheArgumentsOfAFunctionAndHowToCallIt) {
  FakeMaster master;
  master.On("GET /v2/api/functions/f", R"({"name":"f","lang":"scala","tags":[],"path":"f.jar",
      "className":"F$","defaultContext":"c","execute":{
        "names":{"type":"MList","args":[{"type":"MString"}]},
        "on":{"type":"MBoolean"}}})");
  EXPECT_EQ(RunCli({master.Port(), {"functions", "show", "f"}}).out,
            "className: F$\ndefaultContext: c\nlang: scala\nname: f\npath: f.jar\ntags: (none)\n"
            "arguments:\n  names: list of string\n  on: boolean\n"
            "example:\n  mist-cli start job f '{\"names\":[\"string\"],\"on\":true}'\n");
}

TEST(ShowTest, ShowsAJobWithItsResult) {
  FakeMaster master;
  master.On("GET /v2/api/jobs/j1",
            R"({"jobId":"j1","status":"finished","params":{"action":"execute","arguments":{}},
                "jobResult":[1,2]})");
  EXPECT_EQ(RunCli({master.Port(), {"jobs", "show", "j1"}}).out,
            "jobId: j1\njobResult: [1,2]\nparams:\n  action: execute\n  arguments: (none)\n"
            "status: finished\n");
}

TEST(ShowTest, FailsForWhatIsNotThereAndForAStrangeAnswer) {
  FakeMaster master;
  master.On("GET /v2/api/functions/f", "[1]");
  EXPECT_EQ(RunCli({master.Port(), {"contexts", "show", "c"}}).exit_code, 2);
  const CliResult result = RunCli({master.Port(), {"functions", "show", "f"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("is not an object"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace mist::cli
