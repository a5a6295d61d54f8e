#include <gtest/gtest.h>

#include "tests/integration/cli/cli_process.h"
#include "tests/integration/cli/fake_master.h"
#include "tests/unit/cli/conf_folder.h"

namespace mist::cli {
namespace {

using Lines = std::vector<std::string>;

constexpr char kShaOfAbc[] = "a9993e364706816aba3e25717850c26c9cd0d89d";
constexpr char kSha[] = "GET /v2/api/artifacts/hello.jar/sha";
constexpr char kUpload[] = "POST /v2/api/artifacts?force=false";

TEST(UploadTest, SendsAFileUnderItsOwnName) {
  FakeMaster master;
  const ConfFolder folder;
  master.On(kUpload, "hello.jar");
  const CliResult result =
      RunCli({master.Port(), {"upload", folder.Write("target/hello.jar", "abc")}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "Success: Artifact hello.jar (new, 3 bytes)\n");
  EXPECT_EQ(master.Lines(), (Lines{kSha, kUpload}));
  EXPECT_EQ(master.Seen().at(1).file_name, "hello.jar");
  EXPECT_EQ(master.Seen().at(1).body, "abc");
}

TEST(UploadTest, SendsNothingThatTheMasterHas) {
  FakeMaster master;
  const ConfFolder folder;
  master.On(kSha, kShaOfAbc);
  const std::string file = folder.Write("hello.jar", "abc");
  EXPECT_EQ(RunCli({master.Port(), {"upload", file}}).out,
            "Success: Artifact hello.jar (unchanged, 3 bytes)\n");
  EXPECT_EQ(RunCli({master.Port(), {"upload", file, "--json"}}).out,
            "{\"artifact\":\"hello.jar\",\"bytes\":3,\"outcome\":\"unchanged\"}\n");
  EXPECT_EQ(master.Lines(), (Lines{kSha, kSha}));
}

TEST(UploadTest, TakesAnotherNameInAnyAlphabet) {
  FakeMaster master;
  const ConfFolder folder;
  master.On(kUpload, "ok");
  const std::string file = folder.Write("hello.jar", "abc");
  EXPECT_EQ(RunCli({master.Port(), {"upload", file, "--name", "gr\u00fc\u00df 1.jar"}}).exit_code,
            0);
  EXPECT_EQ(master.Lines().at(0), "GET /v2/api/artifacts/gr%C3%BC%C3%9F%201.jar/sha");
  EXPECT_EQ(master.Seen().at(1).file_name, "gr\u00fc\u00df 1.jar");
}

TEST(UploadTest, ReplacesAnotherFileOnlyWhenToldSo) {
  FakeMaster master;
  const ConfFolder folder;
  const std::string file = folder.Write("hello.jar", "abc");
  master.On(kSha, "0000000000000000000000000000000000000000");
  master.On(kUpload, "Filename must be unique: found hello.jar in repository", 409);
  master.On("POST /v2/api/artifacts?force=true", "hello.jar");
  const CliResult refused = RunCli({master.Port(), {"upload", file}});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.err.find("another file under the name hello.jar"), std::string::npos);
  EXPECT_NE(refused.err.find("--force"), std::string::npos);
  EXPECT_EQ(RunCli({master.Port(), {"upload", file, "--force"}}).out,
            "Success: Artifact hello.jar (replaced, 3 bytes)\n");
}

TEST(UploadTest, FailsForAFileThatIsNotThereAndForAnHttpError) {
  FakeMaster master;
  const ConfFolder folder;
  EXPECT_EQ(RunCli({master.Port(), {"upload", folder.Path() + "/none.jar"}}).exit_code, 2);
  EXPECT_EQ(master.Lines(), Lines{});
  master.On("POST /v2/api/artifacts?force=false", "too large", 413);
  const CliResult result = RunCli({master.Port(), {"upload", folder.Write("hello.jar", "abc")}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("413 Client Error"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace mist::cli
