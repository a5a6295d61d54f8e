#include "cli/table.h"

#include <gtest/gtest.h>

namespace mist::cli {
namespace {

constexpr char kUuid[] = "0192f0c1-7c5e-7aaa-8bbb-0123456789ab";

Table JobsTable() {
  return {{{"UID"}, {"CONTEXT", true, 1}, {"FUNCTION", true}},
          {{kUuid, "a-context-with-a-long-name", "a-function-with-a-long-name"}}};
}

TEST(TableTest, IsPlainColumnsThreeBlanksApart) {
  const Table table{{{"ID"}, {"WORKER MODE"}}, {{"default", "exclusive"}, {"c", "shared"}}};
  EXPECT_EQ(Render(table, TableStyle::kPlain, {}).text,
            "  ID      WORKER MODE\n"
            "default   exclusive\n"
            "c         shared\n");
}

TEST(TableTest, DrawsBordersWhenAsked) {
  const Table table{{{"A"}, {"B"}}, {{"x", "yy"}, {"z", ""}}};
  EXPECT_EQ(Render(table, TableStyle::kBordered, {}).text,
            "+---+----+\n"
            "| A | B  |\n"
            "+===+====+\n"
            "| x | yy |\n"
            "+---+----+\n"
            "| z |    |\n"
            "+---+----+\n");
}

TEST(TableTest, CutsNothingWithoutAWidth) {
  const RenderedTable rendered = Render(JobsTable(), TableStyle::kPlain, {});
  EXPECT_NE(rendered.text.find("a-function-with-a-long-name"), std::string::npos);
  EXPECT_TRUE(rendered.hidden_columns.empty());
}

TEST(TableTest, ShortensOtherColumnsButNeverAnId) {
  const RenderedTable rendered = Render(JobsTable(), TableStyle::kPlain, 70);
  EXPECT_EQ(rendered.text,
            "                UID                       CONTEXT          FUNCTION\n"
            "0192f0c1-7c5e-7aaa-8bbb-0123456789ab   a-context-wit…   a-function-wi…\n");
  EXPECT_TRUE(rendered.hidden_columns.empty());
}

TEST(TableTest, HidesTheLeastColumnWhenShorteningIsNotEnough) {
  const RenderedTable rendered = Render(JobsTable(), TableStyle::kPlain, 50);
  EXPECT_EQ(rendered.hidden_columns, std::vector<std::string>{"CONTEXT"});
  EXPECT_NE(rendered.text.find(kUuid), std::string::npos);
}

TEST(TableTest, ShowsIdsWholeOnATerminalThatIsTooNarrowForThem) {
  EXPECT_NE(Render(JobsTable(), TableStyle::kPlain, 20).text.find(kUuid), std::string::npos);
}

TEST(TableTest, BecomesBlocksOfLinesOnATerminalThatIsTooNarrow) {
  EXPECT_EQ(Render(JobsTable(), TableStyle::kPlain, 38).text,
            std::string(kUuid) +
                "\n"
                "  CONTEXT   a-context-with-a-long-name\n"
                "  FUNCTION  a-function-with-a-long-na…\n");
  EXPECT_TRUE(Render(JobsTable(), TableStyle::kBordered, 38).hidden_columns.empty());
}

TEST(TableTest, AlignsWideCharacters) {
  const Table table{{{"A"}, {"B"}}, {{"\u4e16\u754c", "1"}, {"abcd", "2"}}};
  EXPECT_EQ(Render(table, TableStyle::kPlain, {}).text, " A     B\n\u4e16\u754c   1\nabcd   2\n");
}

TEST(TableTest, AlignsTextBeyondAscii) {
  const Table table{{{"A"}, {"B"}}, {{"ü", "1"}, {"uu", "2"}}};
  EXPECT_EQ(Render(table, TableStyle::kPlain, {}).text, "A    B\nü    1\nuu   2\n");
}

TEST(TableTest, LetsNoControlCharactersThrough) {
  const Table table{{{"A"}}, {{"x\x1b[2J\ny"}}};
  EXPECT_EQ(Render(table, TableStyle::kPlain, {}).text, "   A\nx?[2J?y\n");
}

}  // namespace
}  // namespace mist::cli
