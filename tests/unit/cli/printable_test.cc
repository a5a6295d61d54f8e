#include "cli/printable.h"

#include <gtest/gtest.h>

namespace mist::cli {
namespace {

TEST(PrintableTest, ReplacesWhatMovesTheCursorOrChangesColours) {
  EXPECT_EQ(PrintableLine("a\x1b[31mb\r\n\tc\x7f"), "a?[31mb???c?");
  EXPECT_EQ(PrintableLine("a\u009b31mb"), "a?31mb");
  EXPECT_EQ(PrintableText("a\n\tb\x1b"), "a\n\tb?");
  EXPECT_EQ(PrintableLine("gr\u00fc\u00df \u4e16"), "gr\u00fc\u00df \u4e16");
}

TEST(PrintableTest, CountsColumnsAsATerminalDoes) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("gr\u00fc\u00df"), 4u);
  EXPECT_EQ(DisplayWidth("\u4e16\u754c"), 4u);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u);
  EXPECT_EQ(DisplayWidth("\xff\xfe"), 2u);
  EXPECT_EQ(DisplayWidth(""), 0u);
}

TEST(PrintableTest, CutsBetweenCharacters) {
  EXPECT_EQ(FirstColumns("gr\u00fc\u00df", 3), "gr\u00fc");
  EXPECT_EQ(FirstColumns("\u4e16\u754c", 3), "\u4e16");
  EXPECT_EQ(FirstColumns("abc", 5), "abc");
  EXPECT_EQ(FirstColumns("abc", 0), "");
}

}  // namespace
}  // namespace mist::cli
