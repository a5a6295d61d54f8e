// The status command, and what all commands do about the master's address.
#include <gtest/gtest.h>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"

namespace mist::cli {
namespace {

using Lines = std::vector<std::string>;

constexpr char kStatus[] =
    R"({"mistVersion":"2.0.0","sparkVersion":"4.3.0","javaVersion":{"runtimeVersion":"17.0.9"}})";

// A port where nobody listens: one that was free a moment ago.
int UnusedPort() {
  return FakeMaster().Port();
}

TEST(StatusTest, PrintsThreeVersions) {
  FakeMaster master;
  master.On("GET /v2/api/status", kStatus);
  const CliResult result = RunCli({master.Port(), {"status"}});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "Mist version: 2.0.0\nSpark version: 4.3.0\nJava version: 17.0.9\n");
  EXPECT_EQ(master.Lines(), Lines{"GET /v2/api/status"});
}

TEST(StatusTest, PrintsUnknownAndFailsWithoutAMaster) {
  const CliResult result = RunCli({UnusedPort(), {"status"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "Mist version: UNKNOWN\nSpark version: UNKNOWN\nJava version: UNKNOWN\n");
}

TEST(StatusTest, PrintsJson) {
  FakeMaster master;
  master.On("GET /v2/api/status", R"({"mistVersion":"2.0.0"})");
  EXPECT_EQ(RunCli({master.Port(), {"status", "--json"}}).out, "{\"mistVersion\":\"2.0.0\"}\n");
}

TEST(AddressTest, SaysInOneLineWhereNoMasterIsAndWhatToDo) {
  const int port = UnusedPort();
  const CliResult result = RunCli({port, {"list", "jobs"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            "Error: cannot connect to a Mist master at http://127.0.0.1:" + std::to_string(port) +
                ". Start one with 'mist-master start', or name another with --host and "
                "--port (or MIST_HOST and MIST_PORT)\n");
}

TEST(AddressTest, SendsBasicAuthenticationFromTheHostOption) {
  FakeMaster master;
  master.On("GET /v2/api/workers", "[]");
  const CliResult result =
      RunCli({master.Port(), {"--host", "ann:secret@127.0.0.1", "list", "workers"}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(master.Seen().at(0).authorization, "Basic YW5uOnNlY3JldA==");
}

TEST(CommandLineTest, ShowsItsVersion) {
  const CliResult result = RunCli({0, {"--version"}});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "mist-cli, version " MIST_VERSION "\n");
}

TEST(CommandLineTest, NamesTheCommandThatDoesNotExist) {
  const CliResult result = RunCli({0, {"list", "everything"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("there is no command 'everything'"), std::string::npos) << result.err;
}

TEST(CommandLineTest, SaysWhatAPortAndATimeoutMustBeAndWhichVariableIsWrong) {
  const auto error = [](const std::string& script) { return RunInShell(1, script).out; };
  const std::string port = "Error: --port: must be a number from 1 to 65535, got 'abc'";
  EXPECT_TRUE(error("MIST_PORT=abc $MIST_CLI status").starts_with(port + " (from MIST_PORT)\n"));
  EXPECT_TRUE(error("$MIST_CLI --port abc status").starts_with(port + "\n"));
  EXPECT_TRUE(error("MIST_TIMEOUT=0 $MIST_CLI status")
                  .starts_with("Error: --timeout: must be a number of seconds from 0.001 to "
                               "1000000, got '0' (from MIST_TIMEOUT)\n"));
}

TEST(CommandLineTest, ExitsWithTwoOnAnUnknownOption) {
  EXPECT_EQ(RunCli({0, {"status", "--colour"}}).exit_code, 2);
}

}  // namespace
}  // namespace mist::cli
