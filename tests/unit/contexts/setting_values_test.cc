#include "contexts/setting_values.h"

#include <gtest/gtest.h>

namespace mist {
namespace {

using namespace std::chrono_literals;

TEST(SettingValuesTest, SwitchesHaveManyWords) {
  for (const std::string_view text : {"true", "True", "YES", "on"})
    EXPECT_EQ(ParseSwitch(text), true) << text;
  for (const std::string_view text : {"false", "False", "no", "OFF"})
    EXPECT_EQ(ParseSwitch(text), false) << text;
  for (const std::string_view text : {"", "1", "truee", " true"})
    EXPECT_EQ(ParseSwitch(text), std::nullopt) << text;
}

TEST(SettingValuesTest, CountsHaveNoSignAndNoFraction) {
  EXPECT_EQ(ParseCount("0"), 0);
  EXPECT_EQ(ParseCount("9223372036854775807"), 9223372036854775807);
  for (const std::string_view text : {"", "-1", "+1", "1.0", "1e3", "9223372036854775808", "1 "}) {
    EXPECT_EQ(ParseCount(text), std::nullopt) << text;
  }
}

TEST(SettingValuesTest, DurationsHaveWhatHoconAdds) {
  EXPECT_EQ(ParseSettingDuration("5m")->timeout, Timeout(5min));
  EXPECT_EQ(ParseSettingDuration("1500")->timeout, Timeout(1500ms));
  EXPECT_EQ(ParseSettingDuration("10 seconds")->timeout, Timeout(10s));
  EXPECT_EQ(ParseSettingDuration("Infinity")->timeout, Timeout());
  EXPECT_EQ(ParseSettingDuration("Inf")->timeout, Timeout());
  for (const std::string_view text : {"", "m", "-5", "soon", "5 mm"})
    EXPECT_FALSE(ParseSettingDuration(text)) << text;
}

TEST(SettingValuesTest, SizesCountIn1024UnlessTheySayOtherwise) {
  EXPECT_EQ(ParseBytes("512"), 512);
  EXPECT_EQ(ParseBytes("250m"), 262144000);
  EXPECT_EQ(ParseBytes("64 MiB"), 64 << 20);
  EXPECT_EQ(ParseBytes("1K"), 1024);
  EXPECT_EQ(ParseBytes("5MB"), 5000000);
  EXPECT_EQ(ParseBytes("5242880b"), 5242880);
  EXPECT_EQ(ParseBytes("1g"), 1 << 30);
  for (const std::string_view text :
       {"", "m", "-1m", "1.5m", "1x", "1mm", "9223372036854775807k"}) {
    EXPECT_EQ(ParseBytes(text), std::nullopt) << text;
  }
}

TEST(SettingValuesTest, SizesAreShownInTheirLargestExactUnit) {
  EXPECT_EQ(DescribeBytes(64 << 20), "64 MiB");
  EXPECT_EQ(DescribeBytes(1000), "1000 B");
  EXPECT_EQ(DescribeBytes(0), "0 B");
  EXPECT_EQ(ParseBytes(DescribeBytes(262144000)), 262144000);
}

}  // namespace
}  // namespace mist
