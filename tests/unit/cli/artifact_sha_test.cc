#include "cli/artifact_sha.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/unit/cli/conf_folder.h"

namespace mist::cli {
namespace {

TEST(ArtifactShaTest, IsTheSha1OfTheContentInLowerCaseHex) {
  const ConfFolder folder;
  EXPECT_EQ(ArtifactSha(folder.Write("a.jar", "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(ArtifactSha(folder.Write("empty.py", "")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST(ArtifactShaTest, NamesTheFileThatIsNotThere) {
  EXPECT_THROW(ArtifactSha("/nowhere/a.jar"), Error);
}

}  // namespace
}  // namespace mist::cli
