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
constexpr char kUpload[] = "POST /v2/api/artifacts?force=False";
constexpr char kGetContext[] = "GET /v2/api/contexts/c";
constexpr char kPostContext[] = "POST /v2/api/contexts";
constexpr char kGetFunction[] = "GET /v2/api/functions/f";
constexpr char kPostFunction[] = "POST /v2/api/functions?force=False";
constexpr char kPutFunction[] = "PUT /v2/api/functions";
constexpr char kShaOfAbc[] = "a9993e364706816aba3e25717850c26c9cd0d89d";
constexpr char kFunctionInfo[] =
    R"({"name":"f","lang":"scala","execute":{"s":{"type":"MString"}},"tags":[],
        "path":"hello_1.0.jar","className":"Hello$","defaultContext":"c"})";

// A conf folder with an artifact (content "abc"), a context and a function.
void WriteHello(const ConfFolder& folder) {
  const std::string jar = folder.Write("target/hello.jar", "abc");
  folder.Write("conf/00_artifact.conf",
               "model = Artifact\nname = hello\nversion = 1.0\n"
               "data.file-path = \"" +
                   jar + "\"\n");
  folder.Write("conf/10_context.conf",
               "model = Context\nname = c\ndata {\n  downtime = 30s\n"
               "  spark-conf { spark.ui.enabled = false }\n}\n");
  folder.Write("conf/20_function.yaml",
               "model: Function\nname: f\ndata:\n  path: hello_1.0.jar\n"
               "  class-name: Hello$\n  context: c\n");
}

CliResult Apply(const FakeMaster& master, const ConfFolder& folder,
                const std::vector<std::string>& more = {}) {
  std::vector<std::string> args = {"apply", "-f", folder.Path() + "/conf", "-u", ""};
  args.insert(args.end(), more.begin(), more.end());
  return RunCli({master.Port(), args});
}

TEST(ApplyTest, SendsEverythingOfAFolderInOrder) {
  FakeMaster master;
  const ConfFolder folder;
  WriteHello(folder);
  master.On(kUpload, "hello_1.0.jar");
  master.On(kPostContext, R"({"name":"c"})");
  master.On(kGetContext, R"({"name":"c"})");
  master.On(kSha, "not found", 404);
  master.On(kSha, kShaOfAbc);
  master.On(kPostFunction, kFunctionInfo);

  EXPECT_EQ(Apply(master, folder).exit_code, 0);

  EXPECT_EQ(master.Lines(),
            (Lines{kSha, kUpload, kPostContext, kGetContext, kSha, kGetFunction, kPostFunction}));
  const auto seen = master.Seen();
  EXPECT_EQ(seen[1].file_name, "hello_1.0.jar");
  EXPECT_EQ(seen[1].body, "abc");
  EXPECT_EQ(
      json::parse(seen[2].body),
      json::parse(R"({"name":"c","downtime":"30s","sparkConf":{"spark.ui.enabled":"false"}})"));
  EXPECT_EQ(json::parse(seen[6].body), json::parse(R"({"name":"f","path":"hello_1.0.jar",
                                           "className":"Hello$","defaultContext":"c"})"));
}

TEST(ApplyTest, TellsWhatItDoesAndHowToCallTheFunction) {
  FakeMaster master;
  const ConfFolder folder;
  WriteHello(folder);
  master.On(kSha, kShaOfAbc);
  master.On(kPostContext, R"({"name":"c"})");
  master.On(kGetContext, R"({"name":"c"})");
  master.On(kGetFunction, kFunctionInfo);
  master.On(kPutFunction, kFunctionInfo);

  const CliResult result = Apply(master, folder);

  const std::string port = std::to_string(master.Port());
  const std::string url = "http://127.0.0.1:" + port;
  const std::string dashes = std::string(80, '-') + "\n";
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "Process 3 file entries\n"
            "updating Artifact hello_1.0.jar\n"
            "Success: Artifact hello_1.0.jar (unchanged)\n"
            "updating Context c\n"
            "Success: Context c\n"
            "updating Function f\n"
            "Success: Function f\n"
            "\n\n"
            "Get context info\n" +
                dashes + "curl -H 'Content-Type: application/json' -X GET " + url +
                "/v2/api/contexts/c\n\n\n"
                "Get info of function resource\n" +
                dashes + "curl  -H 'Content-Type: application/json' -X GET " + url +
                "/v2/api/functions/f\n\n"
                "Start job via mist-cli\n" +
                dashes + "mist-cli --host 127.0.0.1 --port " + port +
                " start job f '{\"s\":\"string\"}'\n\n"
                "Start job via curl\n" +
                dashes +
                "curl --data '{\"s\":\"string\"}' -H 'Content-Type: application/json' -X POST " +
                url +
                "/v2/api/functions/f/jobs?force=true\n\n\n"
                "You can view all applied changes at mist-ui: " +
                url + "/ui\n");
}

TEST(ApplyTest, UploadsNothingAgainThatIsUnchanged) {
  FakeMaster master;
  const ConfFolder folder;
  WriteHello(folder);
  master.On(kSha, kShaOfAbc);
  const std::string file = folder.Path() + "/conf/00_artifact.conf";
  EXPECT_EQ(RunCli({master.Port(), {"apply", "-f", file, "-u", ""}}).exit_code, 0);
  EXPECT_EQ(master.Lines(), Lines{kSha});
}

TEST(ApplyTest, RefusesToReplaceAnArtifactButAppliesTheRest) {
  FakeMaster master;
  const ConfFolder folder;
  WriteHello(folder);
  master.On(kSha, "0000000000000000000000000000000000000000");
  master.On(kPostContext, R"({"name":"c"})");
  master.On(kGetContext, R"({"name":"c"})");
  master.On(kGetFunction, kFunctionInfo);
  master.On(kPutFunction, kFunctionInfo);
  const CliResult result = Apply(master, folder);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.out.find("Error: Artifact key hello_1.0.jar has to be unique"),
            std::string::npos);
  EXPECT_NE(result.out.find("Success: Function f\n"), std::string::npos);
  EXPECT_EQ(result.out.find("You can view"), std::string::npos);
}

TEST(ApplyTest, ChecksNothingAndOverwritesWithoutValidation) {
  FakeMaster master;
  const ConfFolder folder;
  WriteHello(folder);
  master.On("POST /v2/api/artifacts?force=True", "hello_1.0.jar");
  master.On(kPostContext, R"({"name":"c"})");
  master.On("POST /v2/api/functions?force=True", R"({"name":"f"})");
  for (const char* spelling : {"false", "False"}) {
    EXPECT_EQ(Apply(master, folder, {"--validate", spelling}).exit_code, 0);
  }
  const Lines once = {"POST /v2/api/artifacts?force=True", kPostContext,
                      "POST /v2/api/functions?force=True"};
  Lines twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(master.Lines(), twice);
}

TEST(ApplyTest, SaysWhatAFunctionMisses) {
  FakeMaster master;
  const ConfFolder folder;
  folder.Write("conf/f.conf",
               "model = Function\nname = f\n"
               "data { path = hello_1.0.jar, class-name = H, context = c }");
  CliResult result = Apply(master, folder);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.out.find("Error: Function f is not valid. Please check: Context c should exists "
                            "remotely\n"),
            std::string::npos);
  master.On(kGetContext, R"({"name":"c"})");
  result = Apply(master, folder);
  EXPECT_NE(result.out.find("Please check: Artifact hello_1.0.jar should exists remotely\n"),
            std::string::npos);
}

TEST(ApplyTest, AppliesTheOtherFilesWhenOneIsBad) {
  FakeMaster master;
  const ConfFolder folder;
  folder.Write("conf/10_good.conf", "model = Context\nname = c\n");
  const std::string bad =
      folder.Write("conf/05_bad.conf", "model = Context\ndata {\n  max-jobs = x\n}\n");
  const std::string broken = folder.Write("conf/06_broken.conf", "model = Context\n\ndata = }\n");
  const std::string yaml = folder.Write("conf/07_broken.yaml", "model: Context\nname: c: d\n");
  master.On(kPostContext, R"({"name":"c"})");
  const CliResult result = Apply(master, folder);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.out.find("Error: " + bad + ":3: max-jobs must be a whole number"),
            std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("Error: " + broken + ":3: Expecting a value"), std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("Error: " + yaml + ":2: "), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("Success: Context c\n"), std::string::npos);
  EXPECT_EQ(master.Lines(), Lines{kPostContext});
}

TEST(ApplyTest, ShowsTheAnswerAndTheRequestOfAnHttpError) {
  FakeMaster master;
  const ConfFolder folder;
  folder.Write("conf/c.conf", "model = Context\nname = c\n");
  master.On(kPostContext, "Unknown mode x", 400);
  const CliResult result = Apply(master, folder);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.out.find("Error: 400 Client Error: Bad Request for url: http://127.0.0.1:" +
                            std::to_string(master.Port()) +
                            "/v2/api/contexts: Unknown mode x\nRequest body: "
                            "{\"name\":\"c\",\"sparkConf\":{}}\n"),
            std::string::npos)
      << result.out;
}

TEST(ApplyTest, StopsWithOneLineWhenTheMasterIsGone) {
  const ConfFolder folder;
  WriteHello(folder);
  const int unused_port = FakeMaster().Port();
  const CliResult result =
      RunCli({unused_port, {"apply", "-f", folder.Path() + "/conf", "-u", ""}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "Process 3 file entries\nupdating Artifact hello_1.0.jar\n");
  EXPECT_TRUE(result.err.starts_with("Error: cannot connect to a Mist master at ")) << result.err;
}

TEST(ApplyTest, TakesThePrefixFromTheEnvironmentUnlessItIsEmpty) {
  FakeMaster master;
  const ConfFolder folder;
  const std::string file = folder.Write("c.conf", "model = Context\nname = c\n");
  master.On(kPostContext, R"({"name":"c"})");
  const std::vector<std::string> args = {"apply", "-f", file};
  const auto name_with = [&](const std::map<std::string, std::string>& environment) {
    RunCli({master.Port(), args, environment});
    return json::parse(master.Seen().back().body)["name"].get<std::string>();
  };
  EXPECT_EQ(name_with({{"USER", "ann"}}), "ann_c");
  EXPECT_EQ(name_with({{"USER", "ann"}, {"MIST_APPLY_USER", "bob"}}), "bob_c");
  EXPECT_EQ(name_with({{"USER", "ann"}, {"MIST_APPLY_USER", ""}}), "c");
  EXPECT_EQ(name_with({}), "c");
}

TEST(ApplyTest, ReportsEachEntryAsJson) {
  FakeMaster master;
  const ConfFolder folder;
  WriteHello(folder);
  master.On(kSha, kShaOfAbc);
  master.On(kPostContext, "no", 400);
  const CliResult result = Apply(master, folder, {"--json"});
  EXPECT_EQ(result.exit_code, 1);
  const json report = json::parse(result.out);
  EXPECT_EQ(report["failed"], 2);
  EXPECT_EQ(report["entries"][0]["outcome"], "unchanged");
  EXPECT_EQ(report["entries"][1]["outcome"], "failed");
  EXPECT_EQ(report["entries"][2]["model"], "Function");
}

TEST(ApplyTest, FailsForAFolderWithNothingToApply) {
  FakeMaster master;
  const ConfFolder folder;
  folder.Write("conf/README.md", "");
  EXPECT_EQ(Apply(master, folder).exit_code, 2);
  EXPECT_EQ(RunCli({master.Port(), {"apply", "-f", "/nowhere"}}).exit_code, 2);
}

}  // namespace
}  // namespace mist::cli
