#include "cli/log_line.h"

#include <gtest/gtest.h>

namespace mist::cli {
namespace {

TEST(LogLineTest, SplitsTheHeadFromTheMessage) {
  EXPECT_EQ(LogLineJson("INFO 2018-10-20T01:46:40.123 [job-1] a [b] c").dump(),
            R"({"level":"INFO","message":"a [b] c","time":"2018-10-20T01:46:40.123"})");
}

TEST(LogLineTest, KeepsALineOfAStackTraceWhole) {
  for (const char* line :
       {"\tat Foo$.bar(Foo.scala:3)", "", "INFO", "INFO [", "  [x] y", "ERROR ] ["}) {
    EXPECT_EQ(LogLineJson(line), nlohmann::json({{"message", line}})) << line;
  }
}

}  // namespace
}  // namespace mist::cli
