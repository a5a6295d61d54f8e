#include "master/workers/output_tail.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace mist {
namespace {

std::string TailOf(const std::string& text, std::size_t lines) {
  const testing::TempFolder folder;
  std::ofstream(folder.Path() / "output") << text;
  return LastLines(folder.Path() / "output", lines);
}

TEST(OutputTailTest, JoinsTheLastLines) {
  EXPECT_EQ(TailOf("a\nb\nc\n", 2), "b;c");
  EXPECT_EQ(TailOf("a\n\nb", 25), "a;b");
  EXPECT_EQ(TailOf("", 25), "");
}

TEST(OutputTailTest, IsEmptyWithoutFile) {
  EXPECT_EQ(LastLines("/no/such/file", 25), "");
}

TEST(OutputTailTest, ReadsOnlyTheEndOfALongOutput) {
  EXPECT_LE(TailOf(std::string(1 << 20, 'x'), 25).size(), 64u << 10);
}

TEST(OutputTailTest, ReplacesBytesThatAreNotText) {
  EXPECT_EQ(TailOf("a\xff\xc3\xa9\n", 25), "a?\xc3\xa9");
}

}  // namespace
}  // namespace mist
