#include "base/duration.h"

#include <gtest/gtest.h>

namespace mist {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// -1 ns: not of the grammar. -2 ns: infinite.
nanoseconds Parse(std::string_view text) {
  const auto parsed = ParseTimeout(text);
  if (!parsed) return -1ns;
  return parsed->timeout.value_or(-2ns);
}

TEST(DurationTest, TakesEveryUnitOfTheGrammar) {
  for (const std::string_view unit : {"d", "day", "days"})
    EXPECT_EQ(Parse("2" + std::string(unit)), 48h) << unit;
  for (const std::string_view unit : {"h", "hour", "hours"})
    EXPECT_EQ(Parse("1 " + std::string(unit)), 1h) << unit;
  for (const std::string_view unit : {"min", "minute", "minutes"}) {
    EXPECT_EQ(Parse("3" + std::string(unit)), 3min) << unit;
  }
  for (const std::string_view unit : {"s", "sec", "secs", "second", "seconds"}) {
    EXPECT_EQ(Parse("10 " + std::string(unit)), 10s) << unit;
  }
  for (const std::string_view unit : {"ms", "milli", "millis", "millisecond", "milliseconds"}) {
    EXPECT_EQ(Parse("250" + std::string(unit)), 250ms) << unit;
  }
  for (const std::string_view unit :
       {"\u00b5s", "micro", "micros", "microsecond", "microseconds"}) {
    EXPECT_EQ(Parse("7" + std::string(unit)), 7us) << unit;
  }
  for (const std::string_view unit : {"ns", "nano", "nanos", "nanosecond", "nanoseconds"}) {
    EXPECT_EQ(Parse("9" + std::string(unit)), 9ns) << unit;
  }
}

TEST(DurationTest, TakesFractionsAndSpaces) {
  EXPECT_EQ(Parse("  1.5 minutes "), 90s);
  EXPECT_EQ(Parse("0.25s"), 250ms);
  EXPECT_EQ(Parse("0s"), 0s);
}

TEST(DurationTest, TakesEveryWordForNoLimit) {
  for (const std::string_view text : {"Inf", "PlusInf", "+Inf", " Inf "})
    EXPECT_EQ(Parse(text), -2ns) << text;
}

TEST(DurationTest, RefusesWhatIsNotOfTheGrammar) {
  for (const std::string_view text :
       {"", " ", "10", "s", "10hr", "10m", "10mins", "-1s", "-Inf", "MinusInf", "1..5s", "1e3s",
        "0x1s", "nan s", "10 s s", "1,5s", "1 2s", "inf"}) {
    EXPECT_EQ(Parse(text), -1ns) << text;
  }
}

TEST(DurationTest, RefusesMoreThanAHundredThousandDays) {
  EXPECT_EQ(Parse("100000 days"), 24h * 100000);
  EXPECT_EQ(Parse("100001 days"), -1ns);
  EXPECT_EQ(Parse("100000.5 days"), -1ns);
  EXPECT_EQ(Parse("9223372036854775807 s"), -1ns);
  EXPECT_EQ(Parse(std::string(100000, '9') + "s"), -1ns);
}

TEST(DurationTest, IsShownInItsCoarsestExactUnit) {
  EXPECT_EQ(Describe(60s), "1 minute");
  EXPECT_EQ(Describe(10s), "10 seconds");
  EXPECT_EQ(Describe(1500ms), "1500 milliseconds");
  EXPECT_EQ(Describe(48h), "2 days");
  EXPECT_EQ(Describe(0s), "0 seconds");
  EXPECT_EQ(Describe(1ns), "1 nanosecond");
  EXPECT_EQ(Describe(std::nullopt), "Duration.Inf");
}

TEST(DurationTest, JsonHasWholeSecondsWhereverPossible) {
  EXPECT_EQ(ToJsonDuration(1h), "3600s");
  EXPECT_EQ(ToJsonDuration(0s), "0s");
  EXPECT_EQ(ToJsonDuration(500ms), "500ms");
  EXPECT_EQ(ToJsonDuration(1ns), "1ms");
  EXPECT_EQ(ToJsonDuration(std::nullopt), "Inf");
}

TEST(DurationTest, EveryJsonDurationCanBeReadAgain) {
  for (const Timeout& timeout : {Timeout(1h), Timeout(500ms), Timeout(0s), Timeout()}) {
    const auto parsed = ParseTimeout(ToJsonDuration(timeout));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->timeout, timeout);
  }
}

}  // namespace
}  // namespace mist
