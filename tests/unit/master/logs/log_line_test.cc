#include "master/logs/log_line.h"

#include <string>

#include <gtest/gtest.h>

namespace mist {
namespace {

constexpr std::int64_t kTime = 1'540'000'000'000;  // 2018-10-20T01:46:40
constexpr std::size_t kNoLimit = 1 << 20;
const JobId kJob{"j1"};

std::string Format(LogLine line, std::size_t max_bytes = kNoLimit) {
  return FormatLogLine(kJob, line, max_bytes);
}

LogLine At(std::int64_t millis) {
  return {FromEpochMillis(millis), LogLevel::kInfo, "hello", {}};
}

TEST(LogLineTest, HasLevelTimeJobAndMessage) {
  EXPECT_EQ(Format(At(kTime + 123)), "INFO 2018-10-20T01:46:40.123 [j1] hello\n");
}

TEST(LogLineTest, DropsTrailingZerosOfTheFraction) {
  EXPECT_EQ(Format(At(kTime + 120)), "INFO 2018-10-20T01:46:40.12 [j1] hello\n");
  EXPECT_EQ(Format(At(kTime + 100)), "INFO 2018-10-20T01:46:40.1 [j1] hello\n");
  EXPECT_EQ(Format(At(kTime)), "INFO 2018-10-20T01:46:40 [j1] hello\n");
  EXPECT_EQ(Format(At(kTime + 7)), "INFO 2018-10-20T01:46:40.007 [j1] hello\n");
}

TEST(LogLineTest, FormatsTimesBeforeTheEpoch) {
  EXPECT_EQ(Format(At(-1)), "INFO 1969-12-31T23:59:59.999 [j1] hello\n");
}

TEST(LogLineTest, NamesEveryLevel) {
  EXPECT_EQ(ToString(LogLevel::kDebug), "DEBUG");
  EXPECT_EQ(ToString(LogLevel::kInfo), "INFO");
  EXPECT_EQ(ToString(LogLevel::kWarn), "WARN");
  EXPECT_EQ(ToString(LogLevel::kError), "ERROR");
}

TEST(LogLineTest, PutsTheStackTraceBelowTheMessage) {
  LogLine line = At(kTime);
  line.level = LogLevel::kError;
  line.stack_trace = "Exception\n\tat f";
  EXPECT_EQ(Format(line), "ERROR 2018-10-20T01:46:40 [j1] hello\nException\n\tat f\n");
}

TEST(LogLineTest, KeepsTheLinesOfAMessage) {
  LogLine line = At(kTime);
  line.message = "a\nb";
  EXPECT_EQ(Format(line), "INFO 2018-10-20T01:46:40 [j1] a\nb\n");
}

TEST(LogLineTest, MarksWhatIsCutFromAMessageAndAStackTrace) {
  LogLine line = At(kTime);
  line.message = "0123456789";
  line.stack_trace = "abcdef";
  EXPECT_EQ(Format(line, 4),
            "INFO 2018-10-20T01:46:40 [j1] 0123... (6 more bytes were cut)\n"
            "abcd... (2 more bytes were cut)\n");
}

TEST(LogLineTest, CutsBetweenCharacters) {
  LogLine line = At(kTime);
  line.message = "ab\xc3\xa9z";
  EXPECT_EQ(Format(line, 3), "INFO 2018-10-20T01:46:40 [j1] ab... (3 more bytes were cut)\n");
}

// ---- reading back -------------------------------------------------------------------------------

std::vector<LogLine> Parse(const std::string& text) {
  return ParseLogLines({"j1"}, text, {FromEpochMillis(7), LogLevel::kWarn, "", {}});
}

TEST(LogLineTest, ReadsBackWhatItWrote) {
  for (const std::int64_t millis : {kTime, kTime + 1, kTime + 120, kTime + 999}) {
    LogLine line = At(millis);
    line.level = LogLevel::kDebug;
    line.message = "a [j1] b";
    const auto lines = Parse(Format(line));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].time, line.time);
    EXPECT_EQ(lines[0].level, line.level);
    EXPECT_EQ(lines[0].message, line.message);
  }
}

TEST(LogLineTest, ReadsLinesWithoutAHeadAsPartOfTheMessageBefore) {
  const auto lines =
      Parse("INFO 2018-10-20T01:46:40 [j1] a\nb\n\nERROR 2018-10-20T01:46:41 [j1] c\n");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].message, "a\nb\n");
  EXPECT_EQ(lines[1].message, "c");
}

TEST(LogLineTest, GivesLinesBeforeTheFirstHeadTheTimeOfTheLastLine) {
  for (const std::string text :
       {"rest", "FATAL 2018-10-20T01:46:40 [j1] x", "INFO 2018 [j1] x",
        "INFO 2018-10-20T01:46:40.1x [j1] x", "INFO 2018-10-20T01:46:40 [other] x"}) {
    const auto lines = Parse(text + "\n");
    ASSERT_EQ(lines.size(), 1U) << text;
    EXPECT_EQ(lines[0].message, text);
    EXPECT_EQ(lines[0].time, FromEpochMillis(7));
    EXPECT_EQ(lines[0].level, LogLevel::kWarn);
  }
}

}  // namespace
}  // namespace mist
