// What mist-cli says when something else than a healthy master is at the address, and when whoever
// reads its output is gone.
#include <gtest/gtest.h>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"
#include "tests/integration/cli/raw_server.h"

namespace mist::cli {
namespace {

CliResult ListJobsOf(const std::string& bytes) {
  const RawServer server(bytes);
  return RunCli({server.Port(), {"list", "jobs"}});
}

void ExpectTrouble(const CliResult& result, const std::string& text) {
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(result.err.starts_with("Error: ")) << result.err;
  EXPECT_NE(result.err.find(text), std::string::npos) << result.err;
}

TEST(UnfriendlyTest, NoticesAServerThatDoesNotSpeakHttp) {
  ExpectTrouble(ListJobsOf("220 mail.example.org ready\r\n"), "no whole HTTP answer came");
}

TEST(UnfriendlyTest, NoticesAnAnswerThatIsCutOff) {
  ExpectTrouble(ListJobsOf("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{\"jobId\":"),
                "ended before /v2/api/jobs was answered (no whole HTTP answer came)");
}

TEST(UnfriendlyTest, NoticesJsonThatIsCutOff) {
  ExpectTrouble(ListJobsOf("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[{\"jobId\":"),
                "is not JSON. Is a Mist master there? It begins with: [{\"jobId\":");
}

TEST(UnfriendlyTest, LetsNoControlCharactersOfAnAnswerThrough) {
  const CliResult result = ListJobsOf("HTTP/1.1 500 Oops\r\nContent-Length: 8\r\n\r\n\x1b[2Jxyz\n");
  ExpectTrouble(result, "500 Server Error: Oops for url: ");
  EXPECT_NE(result.err.find("?[2Jxyz"), std::string::npos) << result.err;
}

TEST(UnfriendlyTest, ShowsOnlyTheBeginningOfALongErrorPage) {
  const std::string page(100000, 'x');
  const CliResult result =
      ListJobsOf("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 100000\r\n\r\n" + page);
  ExpectTrouble(result, "x... (100000 bytes)");
  EXPECT_LT(result.err.size(), 5000u);
}

TEST(UnfriendlyTest, SaysWhereARedirectionPointsTo) {
  ExpectTrouble(ListJobsOf("HTTP/1.1 302 Found\r\nLocation: https://login.example.org/\r\n"
                           "Content-Length: 0\r\n\r\n"),
                "302 Redirection: Found for url: http://127.0.0.1:");
  ExpectTrouble(ListJobsOf("HTTP/1.1 302 Found\r\nLocation: https://login.example.org/\r\n"
                           "Content-Length: 0\r\n\r\n"),
                "to https://login.example.org/. mist-cli does not follow it");
}

TEST(UnfriendlyTest, WaitsAsLongAsItIsToldForAMasterThatDoesNotAnswer) {
  const RawServer server("");
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"list", "jobs"}, {"start", "job", "f"}, {"status"}}) {
    std::vector<std::string> args = {"--timeout", "0.3"};
    args.insert(args.end(), command.begin(), command.end());
    const CliResult result = RunCli({server.Port(), args});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_NE(result.err.find("did not answer /v2/api/"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find(" within 0.3 s. "), std::string::npos) << result.err;
  }
}

TEST(UnfriendlyTest, TakesTheTimeoutFromTheEnvironment) {
  const RawServer server("");
  const CliResult result = RunCli({server.Port(), {"list", "jobs"}, {{"MIST_TIMEOUT", "0.2"}}});
  ExpectTrouble(result, " within 0.2 s. ");
}

TEST(UnfriendlyTest, EndsQuietlyWhenNobodyReadsItsOutputAnyMore) {
  FakeMaster master;
  std::string jobs = "[";
  for (int i = 0; i < 5000; ++i) {
    jobs += std::string(i == 0 ? "" : ",") + R"({"jobId":"a-job-with-a-name-of-some-length"})";
  }
  master.On("GET /v2/api/jobs", jobs + "]");
  const CliResult result = RunInShell(
      master.Port(), "{ $MIST_CLI list jobs; echo \"exit $?\" >&2; } | head -1 | tr -d ' '");
  EXPECT_TRUE(result.out == "exit 141\nUIDSTARTTIMENAMESPACEEXTIDFUNCTIONSOURCESTATUS\n" ||
              result.out == "UIDSTARTTIMENAMESPACEEXTIDFUNCTIONSOURCESTATUS\nexit 141\n")
      << result.out;
}

TEST(UnfriendlyTest, SaysThatItsOutputCannotBeWritten) {
  FakeMaster master;
  master.On("GET /v2/api/jobs", "[]");
  const CliResult result = RunInShell(master.Port(), "$MIST_CLI list jobs >/dev/full");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "Error: writing to standard output: No space left on device\n");
}

}  // namespace
}  // namespace mist::cli
