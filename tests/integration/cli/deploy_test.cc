// deploy, and the plan that it shares with apply --dry-run.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"
#include "tests/unit/cli/conf_folder.h"

namespace mist::cli {
namespace {

using nlohmann::json;
using Lines = std::vector<std::string>;

constexpr char kSha[] = "GET /v2/api/artifacts/hello_1.0.jar/sha";
constexpr char kReplace[] = "POST /v2/api/artifacts?force=True";
constexpr char kGetContext[] = "GET /v2/api/contexts/c";
constexpr char kGetDefaults[] = "GET /v2/api/contexts/default";
constexpr char kPostContext[] = "POST /v2/api/contexts";
constexpr char kGetFunction[] = "GET /v2/api/functions/f";
constexpr char kPutFunction[] = "PUT /v2/api/functions";
constexpr char kShaOfAbc[] = "a9993e364706816aba3e25717850c26c9cd0d89d";
constexpr char kOtherSha[] = "0000000000000000000000000000000000000000";
constexpr char kDefaults[] = R"({"name":"default","downtime":"3600s","maxJobs":1,"sparkConf":{}})";
constexpr char kContext[] =
    R"({"name":"c","downtime":"30s","maxJobs":1,"sparkConf":{"spark.ui.enabled":"false"}})";
constexpr char kFunction[] =
    R"({"name":"f","path":"hello_1.0.jar","className":"Hello$","defaultContext":"c"})";

// An artifact (content "abc"), a context and a function.
class DeployTest : public ::testing::Test {
 protected:
  DeployTest() {
    const std::string jar = folder_.Write("target/hello.jar", "abc");
    folder_.Write(
        "conf/00_artifact.conf",
        "model = Artifact\nname = hello\nversion = 1.0\ndata.file-path = \"" + jar + "\"\n");
    folder_.Write("conf/10_context.conf",
                  "model = Context\nname = c\ndata {\n  downtime = 30s\n"
                  "  spark-conf { spark.ui.enabled = false }\n}\n");
    folder_.Write("conf/20_function.conf",
                  "model = Function\nname = f\n"
                  "data { path = hello_1.0.jar, class-name = \"Hello$\", context = c }\n");
    master_.On(kGetDefaults, kDefaults);
  }

  // Everything on the master is as the folder says it.
  void MasterHasAll() {
    master_.On(kSha, kShaOfAbc);
    master_.On(kGetContext, kContext);
    master_.On(kGetFunction, kFunction);
  }

  CliResult Run(std::vector<std::string> args, const std::string& input = "") {
    args.insert(args.end(), {"-f", folder_.Path() + "/conf", "-u", ""});
    return RunCli({master_.Port(), args, {}, input});
  }

  // The requests that change something.
  Lines Changes() const {
    Lines changes;
    for (const std::string& line : master_.Lines()) {
      if (!line.starts_with("GET ")) changes.push_back(line);
    }
    return changes;
  }

  std::string Url() const { return "http://127.0.0.1:" + std::to_string(master_.Port()); }

  FakeMaster master_;
  const ConfFolder folder_;
};

TEST_F(DeployTest, ChangesNothingThatIsAsTheFolderSays) {
  MasterHasAll();
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"deploy"}, {"apply", "--dry-run"}, {"deploy", "--dry-run"}}) {
    const CliResult result = Run(command);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    const std::string plan =
        "Process 3 file entries\n= Artifact hello_1.0.jar (unchanged)\n"
        "= Context c (unchanged)\n= Function f (unchanged)\n";
    EXPECT_TRUE(result.out.starts_with(plan)) << result.out;
    EXPECT_NE(result.out.find("0 new, 0 changed, 3 unchanged."), std::string::npos) << result.out;
  }
  EXPECT_EQ(Changes(), Lines{});
}

TEST_F(DeployTest, WorkersThatDoNotStartAreNoDifference) {
  const std::string trouble = R"(,"failedStarts":{"count":5,"broken":true}})";
  master_.On(kSha, kShaOfAbc);
  master_.On(kGetContext, std::string(kContext, sizeof(kContext) - 2) + trouble);
  master_.On(kGetFunction, kFunction);
  EXPECT_NE(Run({"deploy"}).out.find("= Context c (unchanged)"), std::string::npos);
}

TEST_F(DeployTest, ShowsTheDifferenceAsksAndSendsOnlyWhatIsNewOrChanged) {
  master_.On(kSha, kShaOfAbc);
  master_.On(kGetContext,
             R"({"name":"c","downtime":"30s","maxJobs":7,"sparkConf":{"spark.x":"1"}})");
  master_.On(kPostContext, kContext);
  master_.On("POST /v2/api/functions?force=False", kFunction);
  const CliResult result = Run({"deploy"}, "y\n");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "Send 2 changes to " + Url() + "? [y/N]: ");
  EXPECT_EQ(result.out,
            "Process 3 file entries\n"
            "= Artifact hello_1.0.jar (unchanged)\n"
            "~ Context c (changed)\n"
            "    maxJobs: 7 -> 1\n"
            "    sparkConf.spark.ui.enabled: (none) -> false\n"
            "    sparkConf.spark.x: 1 -> (none)\n"
            "+ Function f (new)\n"
            "Success: Context c\n"
            "Success: Function f\n"
            "Deployed: 1 new, 1 changed, 1 unchanged.\n");
  EXPECT_EQ(Changes(), (Lines{kPostContext, "POST /v2/api/functions?force=False"}));
}

TEST_F(DeployTest, ComparesAndSendsTheRetriesOfAFunction) {
  master_.On(kSha, kShaOfAbc);
  master_.On(kGetContext, kContext);
  folder_.Write("conf/20_function.conf",
                "model = Function\nname = f\ndata { path = hello_1.0.jar, class-name = \"Hello$\", "
                "context = c, retries = 2, retry-on = failure }\n");
  master_.On(kGetFunction, std::string(kFunction, sizeof(kFunction) - 2) +
                               R"(,"retries":2,"retryOn":"worker-lost","retryBackoff":"1s"})");
  master_.On(kPutFunction, kFunction);
  const CliResult result = Run({"-y", "deploy"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_NE(result.out.find("~ Function f (changed)\n"
                            "    retryBackoff: 1s -> (none)\n"
                            "    retryOn: worker-lost -> failure\n"),
            std::string::npos)
      << result.out;
  EXPECT_EQ(Changes(), Lines{kPutFunction});
  EXPECT_EQ(json::parse(master_.Seen().back().body),
            json::parse(R"({"name":"f","path":"hello_1.0.jar","className":"Hello$",
                            "defaultContext":"c","retries":2,"retryOn":"failure"})"));
}

TEST_F(DeployTest, SendsNothingAfterANo) {
  const CliResult result = Run({"deploy"}, "n\n");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(result.err.ends_with("Aborted!\n")) << result.err;
  EXPECT_EQ(Changes(), Lines{});
}

TEST_F(DeployTest, ReplacesAnArtifactOfTheSameVersionAndReadsItsFunctionsAgain) {
  master_.On(kSha, kOtherSha);
  master_.On(kGetContext, kContext);
  master_.On(kGetFunction, kFunction);
  master_.On(kReplace, "hello_1.0.jar");
  master_.On(kPutFunction, kFunction);
  const CliResult result = Run({"-y", "deploy"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_NE(result.out.find("~ Artifact hello_1.0.jar (changed)\n"
                            "    contents: sha1 00000000 -> sha1 a9993e36\n"),
            std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("~ Function f (changed)\n"
                            "    arguments: as they are -> read again from hello_1.0.jar\n"),
            std::string::npos)
      << result.out;
  EXPECT_EQ(Changes(), (Lines{kReplace, kPutFunction}));
}

TEST_F(DeployTest, SaysInADryRunOfApplyThatItWouldRefuseToReplaceAnArtifact) {
  master_.On(kSha, kOtherSha);
  master_.On(kGetContext, kContext);
  master_.On(kGetFunction, kFunction);
  const std::string refusal = "apply refuses to replace an artifact";
  EXPECT_NE(Run({"apply", "--dry-run"}).out.find(refusal), std::string::npos);
  EXPECT_EQ(Run({"apply", "--dry-run", "--validate", "false"}).out.find(refusal),
            std::string::npos);
  EXPECT_EQ(Run({"deploy", "--dry-run"}).out.find(refusal), std::string::npos);
  EXPECT_EQ(Changes(), Lines{});
}

TEST_F(DeployTest, IgnoresSettingsThatTheMasterDoesNotKnow) {
  MasterHasAll();
  folder_.Write(
      "conf/10_context.conf",
      "model = Context\nname = c\ndata {\n  downtime = 30s\n  launch-data { type = emr }\n"
      "  spark-conf { spark.ui.enabled = false }\n}\n");
  EXPECT_NE(Run({"deploy"}).out.find("= Context c (unchanged)"), std::string::npos);
}

TEST_F(DeployTest, SendsTheGoodEntriesWhenAFileIsBad) {
  MasterHasAll();
  const std::string bad = folder_.Write("conf/30_bad.conf", "model = Context\n\nname = }\n");
  folder_.Write("conf/31_new.conf", "model = Context\nname = d\n");
  master_.On(kPostContext, R"({"name":"d"})");
  const CliResult result = Run({"-y", "deploy"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.out.find("Error: " + bad + ":3: Expecting a value"), std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("Success: Context d\n"), std::string::npos);
  EXPECT_EQ(result.out.find("Deployed"), std::string::npos);
  EXPECT_EQ(Changes(), Lines{kPostContext});
}

TEST_F(DeployTest, ReportsAnEntryThatTheMasterRefuses) {
  master_.On(kSha, kShaOfAbc);
  master_.On(kGetContext, "null", 403);
  master_.On(kGetFunction, kFunction);
  const CliResult result = Run({"-y", "deploy"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.out.find("! Context c\n    403 Client Error"), std::string::npos) << result.out;
}

TEST_F(DeployTest, ReportsPlanAndOutcomeAsJson) {
  master_.On(kSha, kShaOfAbc);
  master_.On(
      kGetContext,
      R"({"name":"c","downtime":"1s","maxJobs":1,"sparkConf":{"spark.ui.enabled":"false"}})");
  master_.On(kGetFunction, kFunction);
  master_.On(kPostContext, kContext);
  const json plan = json::parse(Run({"apply", "--dry-run", "--json"}).out);
  EXPECT_EQ(plan["entries"][0]["change"], "unchanged");
  EXPECT_EQ(plan["entries"][1]["change"], "changed");
  EXPECT_EQ(plan["entries"][1]["fields"],
            json::parse(R"([{"field":"downtime","before":"1s","after":"30s"}])"));
  EXPECT_EQ(Changes(), Lines{});
  const CliResult deployed = Run({"deploy", "--json"}, "y\n");
  EXPECT_NE(deployed.err.find("    downtime: 1s -> 30s\n"), std::string::npos) << deployed.err;
  const json report = json::parse(deployed.out);
  EXPECT_EQ(report["failed"], 0);
  EXPECT_EQ(report["entries"][0]["outcome"], "unchanged");
  EXPECT_EQ(report["entries"][1]["outcome"], "applied");
}

TEST_F(DeployTest, UpdatesAFunctionThatIsThereButCannotBeRead) {
  master_.On(kSha, kShaOfAbc);
  master_.On(kGetContext, kContext);
  master_.On(kGetFunction, "no class Hello$", 404);
  master_.On("POST /v2/api/functions?force=False",
             "class java.lang.IllegalStateException: Endpoint f already exists", 400);
  master_.On(kPutFunction, kFunction);
  EXPECT_EQ(Run({"-y", "deploy"}).exit_code, 0);
  EXPECT_EQ(Changes(), (Lines{"POST /v2/api/functions?force=False", kPutFunction}));
}

TEST_F(DeployTest, PaintsThePlanOnATerminalUnlessColoursAreUnwanted) {
  master_.On(kSha, kShaOfAbc);
  const std::vector<std::string> args = {"apply", "--dry-run", "-f", folder_.Path() + "/conf",
                                         "-u",    ""};
  const CliResult painted = RunCli({master_.Port(), args, {{"TERM", "xterm"}}, "", 80});
  EXPECT_NE(painted.out.find("\x1b[32m+ Context c\x1b[0m (new)"), std::string::npos) << painted.out;
  for (const std::map<std::string, std::string>& environment :
       std::vector<std::map<std::string, std::string>>{
           {{"TERM", "xterm"}, {"NO_COLOR", "1"}}, {{"TERM", "dumb"}}, {}}) {
    const CliResult plain = RunCli({master_.Port(), args, environment, "", 80});
    EXPECT_EQ(plain.out.find('\x1b'), std::string::npos) << plain.out;
  }
}

}  // namespace
}  // namespace mist::cli
