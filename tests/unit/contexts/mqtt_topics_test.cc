#include "contexts/mqtt_topics.h"

#include <gtest/gtest.h>

namespace mist {
namespace {

TEST(MqttTopicsTest, TopicsHaveNoWildcards) {
  EXPECT_EQ(CheckMqttTopic("a/b c//d"), "");
  EXPECT_EQ(CheckMqttTopic("/"), "");
  for (const std::string& topic : {std::string(), std::string("a/+"), std::string("#"),
                                   std::string("a\0b", 3), std::string(65'536, 'a')}) {
    EXPECT_NE(CheckMqttTopic(topic), "") << topic.substr(0, 10);
  }
}

TEST(MqttTopicsTest, WildcardsOfFiltersStandForWholeLevels) {
  for (const char* filter : {"a", "+", "#", "/+", "a/+/b/#", "+/+", "$SYS/#"})
    EXPECT_EQ(CheckMqttFilter(filter), "") << filter;
  for (const char* filter : {"", "a+", "a/#b", "#/a", "a/#/b", "a/++", "$share/g/a"})
    EXPECT_NE(CheckMqttFilter(filter), "") << filter;
}

TEST(MqttTopicsTest, MatchesAsTheStandardSays) {
  for (const auto& [filter, topic] :
       std::initializer_list<std::pair<const char*, const char*>>{{"a/b", "a/b"},
                                                                  {"a/+", "a/b"},
                                                                  {"a/+", "a/"},
                                                                  {"+/+", "/a"},
                                                                  {"/+", "/a"},
                                                                  {"#", "a/b"},
                                                                  {"a/#", "a"},
                                                                  {"a/#", "a/b/c"},
                                                                  {"a/+/c", "a/b/c"},
                                                                  {"$SYS/#", "$SYS/a"}}) {
    EXPECT_TRUE(MqttFilterMatches(filter, topic)) << filter << " " << topic;
  }
  for (const auto& [filter, topic] :
       std::initializer_list<std::pair<const char*, const char*>>{{"a/b", "a/B"},
                                                                  {"a/+", "a"},
                                                                  {"a/+", "a/b/c"},
                                                                  {"+", "/a"},
                                                                  {"a/#", "ab"},
                                                                  {"a", "a/"},
                                                                  {"#", "$SYS/a"},
                                                                  {"+/a", "$SYS/a"}}) {
    EXPECT_FALSE(MqttFilterMatches(filter, topic)) << filter << " " << topic;
  }
}

TEST(MqttTopicsTest, FiltersOverlapWhenOneTopicMatchesBoth) {
  EXPECT_TRUE(MqttTopicsOverlap("a/+", "+/b"));
  EXPECT_TRUE(MqttTopicsOverlap("a/#", "a/b/+"));
  EXPECT_TRUE(MqttTopicsOverlap("a/#", "a"));
  EXPECT_FALSE(MqttTopicsOverlap("a/+", "b/#"));
  EXPECT_FALSE(MqttTopicsOverlap("a/+", "+"));
}

}  // namespace
}  // namespace mist
