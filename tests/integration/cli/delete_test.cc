#include <gtest/gtest.h>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"

namespace mist::cli {
namespace {

using Lines = std::vector<std::string>;

TEST(DeleteTest, DeletesAfterAYes) {
  FakeMaster master;
  master.On("DELETE /v2/api/functions/my%20f", R"({"name":"my f"})");
  const CliResult result = RunCli({master.Port(), {"delete", "function", "my f"}, {}, "y\n"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err,
            "It can be called no more. Are you sure you want to delete function my f? [y/N]: ");
  EXPECT_EQ(result.out, "Deleted function my f\n");
}

TEST(DeleteTest, SendsNothingAfterANo) {
  FakeMaster master;
  const CliResult result = RunCli({master.Port(), {"delete", "context", "c"}, {}, "\n"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(result.err.ends_with("Aborted!\n")) << result.err;
  EXPECT_EQ(master.Lines(), Lines{});
}

TEST(DeleteTest, DeletesEachKindWithoutAQuestionWhenToldSo) {
  FakeMaster master;
  master.On("DELETE /v2/api/functions/x", "{}");
  master.On("DELETE /v2/api/contexts/x", "{}");
  master.On("DELETE /v2/api/artifacts/x", "x");
  for (const char* kind : {"function", "context", "artifact"}) {
    EXPECT_EQ(RunCli({master.Port(), {"-y", "delete", kind, "x"}}).out,
              std::string("Deleted ") + kind + " x\n");
    EXPECT_EQ(RunCli({master.Port(), {"-y", "--json", "delete", kind, "x"}}).out,
              std::string("{\"") +
                  (kind == std::string("artifact")  ? "artifact\":\"x\",\"deleted\":true}\n"
                   : kind == std::string("context") ? "context\":\"x\",\"deleted\":true}\n"
                                                    : "deleted\":true,\"function\":\"x\"}\n"));
  }
}

TEST(DeleteTest, FailsForWhatIsNotThere) {
  FakeMaster master;
  const CliResult result = RunCli({master.Port(), {"-y", "delete", "artifact", "x.jar"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("404 Client Error: Not Found for url: "), std::string::npos);
}

}  // namespace
}  // namespace mist::cli
