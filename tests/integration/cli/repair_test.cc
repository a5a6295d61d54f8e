#include <gtest/gtest.h>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"

namespace mist::cli {
namespace {

using Lines = std::vector<std::string>;

TEST(RepairTest, RepairsAContext) {
  FakeMaster master;
  const std::string line = "POST /v2/api/contexts/my%20context/repair";
  master.On(line, R"({"name":"my context"})");
  const CliResult result = RunCli({master.Port(), {"repair", "context", "my context"}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "Context my context starts workers again\n");
  EXPECT_EQ(RunCli({master.Port(), {"repair", "context", "my context", "--json"}}).out,
            "{\"name\":\"my context\"}\n");
  EXPECT_EQ(master.Lines(), (Lines{line, line}));
}

TEST(RepairTest, SaysThatThereIsNoSuchContext) {
  FakeMaster master;
  const CliResult result = RunCli({master.Port(), {"repair", "context", "none"}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("404"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace mist::cli
