#include <gtest/gtest.h>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"
#include "tests/unit/cli/conf_folder.h"

namespace mist::cli {
namespace {

using Lines = std::vector<std::string>;

constexpr char kCall[] = "POST /v2/api/functions/f/jobs?force=true";
constexpr char kAccept[] = "POST /v2/api/functions/f/jobs";
constexpr char kSuccess[] = R"({"success":true,"payload":3.14159265358979323846,"errors":[]})";

TEST(StartJobTest, PrintsTheResultWithEveryDigit) {
  FakeMaster master;
  master.On(kCall, kSuccess);
  const CliResult result = RunCli({master.Port(), {"start", "job", "f", R"({"n": 1.10})"}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, std::string(kSuccess) + "\n");
  EXPECT_EQ(master.Lines(), Lines{kCall});
  EXPECT_EQ(master.Seen().at(0).body, R"({"n": 1.10})");
}

TEST(StartJobTest, SendsAnEmptyObjectWithoutARequest) {
  FakeMaster master;
  master.On(kCall, kSuccess);
  EXPECT_EQ(RunCli({master.Port(), {"start", "job", "f"}}).exit_code, 0);
  EXPECT_EQ(RunCli({master.Port(), {"start", "job", "f", "{}"}}).exit_code, 0);
  EXPECT_EQ(master.Seen().at(0).body, "{}");
  EXPECT_EQ(master.Seen().at(1).body, "{}");
}

TEST(StartJobTest, PassesJsonWithBracketsOnUnchanged) {
  FakeMaster master;
  master.On(kCall, kSuccess);
  for (const char* request : {R"({"a": [1, 2], "b": "x,y"})", "[1, 2]", R"(["a"])"}) {
    EXPECT_EQ(RunCli({master.Port(), {"start", "job", "f", request}}).exit_code, 0) << request;
    EXPECT_EQ(master.Seen().back().body, request);
  }
}

TEST(StartJobTest, ReadsTheRequestFromAFile) {
  FakeMaster master;
  const ConfFolder folder;
  master.On(kCall, kSuccess);
  const std::string file = folder.Write("request.json", "{\"n\": 2}\n");
  EXPECT_EQ(RunCli({master.Port(), {"start", "job", "f", "@" + file}}).exit_code, 0);
  EXPECT_EQ(master.Seen().at(0).body, "{\"n\": 2}\n");
  const std::string marked = folder.Write("marked.json", "\xef\xbb\xbf{\"n\": 3}");
  EXPECT_EQ(RunCli({master.Port(), {"start", "job", "f", "@" + marked}}).exit_code, 0);
  EXPECT_EQ(master.Seen().back().body, "{\"n\": 3}");
}

TEST(StartJobTest, SendsNothingThatIsNotJson) {
  FakeMaster master;
  const CliResult result = RunCli({master.Port(), {"start", "job", "f", "{n: 1}"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("REQUEST is not JSON: {n: 1}"), std::string::npos) << result.err;
  EXPECT_EQ(RunCli({master.Port(), {"start", "job", "f", "@/nowhere"}}).exit_code, 2);
  EXPECT_EQ(master.Lines(), Lines{});
}

TEST(StartJobTest, ExitsWithOneWhenTheJobFailed) {
  FakeMaster master;
  master.On(kCall, R"({"success":false,"payload":{},"errors":["boom"]})");
  const CliResult result = RunCli({master.Port(), {"start", "job", "f"}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "{\"success\":false,\"payload\":{},\"errors\":[\"boom\"]}\n");
}

TEST(StartJobTest, ExitsWithTwoAndTheTextOfAnHttpError) {
  FakeMaster master;
  master.On(kCall, "Bad request:\njava.lang.IllegalArgumentException: no", 400);
  const CliResult result = RunCli({master.Port(), {"start", "job", "f", R"({"n":1})"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "Error: 400 Client Error: Bad Request for url: http://127.0.0.1:" +
                            std::to_string(master.Port()) +
                            "/v2/api/functions/f/jobs?force=true: Bad request:\n"
                            "java.lang.IllegalArgumentException: no\nRequest body: {\"n\":1}\n");
}

TEST(StartJobTest, IndentsAndSortsWhenAsked) {
  FakeMaster master;
  master.On(kCall, R"({"success":true,"payload":1,"errors":[]})");
  const std::string pretty = "{\n  \"errors\": [],\n  \"payload\": 1,\n  \"success\": true\n}\n";
  EXPECT_EQ(RunCli({master.Port(), {"start", "job", "f", "{}", "--pretty"}}).out, pretty);
  EXPECT_EQ(RunCli({master.Port(), {"start", "job", "f"}, {{"MIST_START_JOB_PRETTY", "true"}}}).out,
            pretty);
}

TEST(StartJobTest, SendsContextAndExternalId) {
  FakeMaster master;
  const std::string line =
      "POST /v2/api/functions/my%20f/jobs?force=true&context=c%201&externalId=e%261";
  master.On(line, kSuccess);
  const CliResult result =
      RunCli({master.Port(), {"start", "job", "my f", "--context", "c 1", "--external-id", "e&1"}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(master.Lines(), Lines{line});
}

TEST(StartJobTest, SendsTimeouts) {
  FakeMaster master;
  const std::string line =
      "POST /v2/api/functions/f/jobs?force=true&startTimeout=5min&performTimeout=2%20hours";
  master.On(line, kSuccess);
  const CliResult result =
      RunCli({master.Port(),
              {"start", "job", "f", "--start-timeout", "5min", "--perform-timeout", "2 hours"}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(master.Lines(), Lines{line});
}

TEST(StartJobTest, SendsRetries) {
  FakeMaster master;
  const std::string line =
      "POST /v2/api/functions/f/jobs?force=true&retries=2&retryOn=failure&retryBackoff=10s";
  master.On(line, kSuccess);
  const CliResult result = RunCli(
      {master.Port(),
       {"start", "job", "f", "--retries", "2", "--retry-on", "failure", "--retry-backoff", "10s"}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(master.Lines(), Lines{line});
}

TEST(StartJobTest, RefusesRetriesThatTheMasterWouldRefuse) {
  FakeMaster master;
  const std::pair<std::vector<std::string>, std::string> wrong[] = {
      {{"--retries", "many"}, "'many' is not a number from 0 to 2147483647"},
      {{"--retry-on", "never"}, "never not in {worker-lost,failure}"},
      {{"--retry-backoff", "Inf"}, "'Inf' is no duration: write 30s, 10 minutes or 1h"}};
  for (const auto& [options, text] : wrong) {
    std::vector<std::string> words = {"start", "job", "f"};
    words.insert(words.end(), options.begin(), options.end());
    const CliResult result = RunCli({master.Port(), words});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
  }
  EXPECT_TRUE(master.Lines().empty());
}

TEST(StartJobTest, RefusesATimeoutThatIsNoDuration) {
  FakeMaster master;
  const CliResult result =
      RunCli({master.Port(), {"start", "job", "f", "--start-timeout", "soon"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("'soon' is no duration: write 30s, 10 minutes, 1h or Inf"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(master.Lines(), Lines{});
}

TEST(StartJobTest, PrintsOnlyTheIdOfAnAsynchronousCall) {
  FakeMaster master;
  master.On(kAccept, R"({"id":"j1"})");
  EXPECT_EQ(RunCli({master.Port(), {"start", "job", "f", "{}", "--async"}}).out, "j1\n");
  EXPECT_EQ(RunCli({master.Port(), {"start", "job", "f", "--async", "--json"}}).out,
            "{\"id\":\"j1\"}\n");
}

TEST(StartJobTest, FollowsTheLogOnStandardErrorAndPrintsTheResult) {
  FakeMaster master;
  master.On(kAccept, R"({"id":"j1"})");
  master.On("GET /v2/api/jobs/j1", R"({"jobId":"j1","status":"finished","jobResult":[1,2]})");
  master.OnLog("/v2/api/jobs/j1/logs", "one\n");
  const CliResult result = RunCli({master.Port(), {"start", "job", "f", "{}", "--follow"}});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "Job j1\none\n");
  EXPECT_EQ(result.out, "{\"errors\":[],\"payload\":[1,2],\"success\":true}\n");
  EXPECT_EQ(master.Lines(), (Lines{kAccept, "GET /v2/api/jobs/j1", "GET /v2/api/jobs/j1/logs"}));
}

TEST(StartJobTest, ExitsWithOneWhenAFollowedJobFails) {
  FakeMaster master;
  master.On(kAccept, R"({"id":"j1"})");
  master.On("GET /v2/api/jobs/j1", R"({"jobId":"j1","status":"failed","jobResult":"boom"})");
  master.On("GET /v2/api/jobs/j1", R"({"jobId":"j1","status":"cancelled"})");
  master.OnLog("/v2/api/jobs/j1/logs", "");
  CliResult result = RunCli({master.Port(), {"start", "job", "f", "--follow"}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "{\"errors\":[\"boom\"],\"payload\":{},\"success\":false}\n");
  result = RunCli({master.Port(), {"start", "job", "f", "--follow"}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "{\"errors\":[\"Job was cancelled\"],\"payload\":{},\"success\":false}\n");
}

}  // namespace
}  // namespace mist::cli
