#include "master/import/line_process.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/master/import/old_files.h"

namespace mist::testing {
namespace {

class LineProcessTest : public ::testing::Test {
 protected:
  LineProcess Shell(const std::string& script) {
    return LineProcess({"/bin/sh", "-c", script}, {"WORD=secret", "PATH=/usr/bin:/bin"}, errors_);
  }

  const TempFolder folder_;
  const std::filesystem::path errors_ = folder_.Path() / "errors";
};

TEST_F(LineProcessTest, GivesLinesUntilTheEnd) {
  LineProcess process = Shell("echo one; echo; echo $WORD; printf rest");
  EXPECT_EQ(process.NextLine(), "one");
  EXPECT_EQ(process.NextLine(), "");
  EXPECT_EQ(process.NextLine(), "secret");
  EXPECT_EQ(process.NextLine(), std::nullopt);
  EXPECT_TRUE(process.AwaitSuccess());
}

TEST_F(LineProcessTest, GivesLinesLargerThanItsReads) {
  LineProcess process = Shell("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end");
  EXPECT_EQ(process.NextLine(), std::string(3'000'000, 'x'));
  EXPECT_EQ(process.NextLine(), "end");
}

TEST_F(LineProcessTest, AFailureLeavesItsReasonInTheFile) {
  LineProcess process = Shell("echo why >&2; exit 2");
  EXPECT_EQ(process.NextLine(), std::nullopt);
  EXPECT_FALSE(process.AwaitSuccess());
  EXPECT_EQ(ReadFile(errors_), "why\n");
}

TEST_F(LineProcessTest, ADestroyedOneEndsItsProcess) {
  { LineProcess process = Shell("echo up; exec cat /dev/zero"); }
  SUCCEED() << "the destructor has waited for it";
}

TEST_F(LineProcessTest, AMissingProgramIsNamed) {
  try {
    const LineProcess process({"/no/such/java"}, {}, errors_);
    FAIL() << "there is no such program";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("/no/such/java"), std::string::npos);
  }
}

}  // namespace
}  // namespace mist::testing
