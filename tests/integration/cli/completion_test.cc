// Completion as a shell uses it: the script is loaded by a real bash.
#include <gtest/gtest.h>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"

namespace mist::cli {
namespace {

// What bash would offer for the words, one per line.
CliResult CompleteInBash(const FakeMaster& master, const std::string& words) {
  return RunInShell(master.Port(),
                    "source <($MIST_CLI completion bash)\nCOMP_WORDS=(\"$MIST_CLI\" " + words +
                        ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_mist_cli_completion\n"
                        "printf '%s\\n' \"${COMPREPLY[@]}\"");
}

TEST(CompletionTest, OffersCommandsInBash) {
  const FakeMaster master;
  EXPECT_EQ(CompleteInBash(master, "kill ''").out, "worker\njob\n");
  EXPECT_EQ(CompleteInBash(master, "sta").out, "start\nstatus\n");
}

TEST(CompletionTest, OffersNamesThatTheMasterKnows) {
  FakeMaster master;
  master.On("GET /v2/api/functions",
            R"([{"name":"hello"},{"name":"hello world"},{"name":"other"}])");
  EXPECT_EQ(CompleteInBash(master, "start job hel").out, "hello\nhello\\ world\n");
  master.On("GET /v2/api/contexts", R"([{"name":"default"}])");
  EXPECT_EQ(CompleteInBash(master, "start job hello --context ''").out, "default\n");
}

TEST(CompletionTest, OffersNoNamesWithoutAMaster) {
  const int unused_port = FakeMaster().Port();
  const CliResult result = RunCli({unused_port, {"complete-words", "--", "start", "job", ""}});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "");
}

TEST(CompletionTest, PrintsTheScriptForTheVariableOfTheOldClient) {
  const std::string script = RunCli({0, {"completion", "bash"}}).out;
  EXPECT_NE(script.find("complete -o default -F _mist_cli_completion mist-cli"), std::string::npos);
  for (const char* value : {"source", "source_bash", "bash_source"}) {
    EXPECT_EQ(RunCli({0, {}, {{"_MIST_CLI_COMPLETE", value}}}).out, script) << value;
  }
  EXPECT_EQ(RunCli({0, {}, {{"_MIST_CLI_COMPLETE", "source_zsh"}}}).out,
            RunCli({0, {"completion", "zsh"}}).out);
  EXPECT_NE(RunCli({0, {"completion", "fish"}}).out.find("complete -c mist-cli"),
            std::string::npos);
}

TEST(CompletionTest, AnswersTheScriptOfTheOldClient) {
  const std::string complete = "complete";
  EXPECT_EQ(RunCli({0,
                    {},
                    {{"_MIST_CLI_COMPLETE", complete},
                     {"COMP_WORDS", "mist-cli kill j"},
                     {"COMP_CWORD", "2"}}})
                .out,
            "job\n");
  EXPECT_EQ(RunCli({0,
                    {},
                    {{"_MIST_CLI_COMPLETE", complete},
                     {"COMP_WORDS", "mist-cli kill "},
                     {"COMP_CWORD", "2"}}})
                .out,
            "worker\njob\n");
}

TEST(CompletionTest, RefusesAnUnknownShell) {
  EXPECT_EQ(RunCli({0, {"completion", "cmd.exe"}}).exit_code, 2);
}

}  // namespace
}  // namespace mist::cli
