#include "cli/progress_bar.h"

#include <gtest/gtest.h>

#include "cli/byte_count.h"
#include "cli/printable.h"

namespace mist::cli {
namespace {

TEST(ByteCountTest, PicksTheUnit) {
  EXPECT_EQ(ByteCount(0), "0 bytes");
  EXPECT_EQ(ByteCount(1023), "1023 bytes");
  EXPECT_EQ(ByteCount(1024), "1.0 KiB");
  EXPECT_EQ(ByteCount(1536), "1.5 KiB");
  EXPECT_EQ(ByteCount(20u << 20), "20.0 MiB");
  EXPECT_EQ(ByteCount(std::size_t{3} << 40), "3.0 TiB");
}

TEST(ProgressLineTest, ShowsHowFarItIs) {
  EXPECT_EQ(ProgressLine("hello.jar", 1 << 20, 2 << 20),
            "hello.jar [##########          ]  50%  1.0 MiB of 2.0 MiB");
  EXPECT_EQ(ProgressLine("a", 5, 5), "a [####################] 100%  5 bytes of 5 bytes");
}

TEST(ProgressLineTest, FitsAnyTerminalOfEightyColumns) {
  const std::string line =
      ProgressLine(std::string(300, 'x'), std::size_t{1023} << 30, std::size_t{1023} << 30);
  EXPECT_LT(DisplayWidth(line), 80u);
}

}  // namespace
}  // namespace mist::cli
