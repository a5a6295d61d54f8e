#include "base/log.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace mist {
namespace {

// Sets the log up to write into a file of its own; what was written can be read afterwards.
class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove(path_);
    log::SetUp(log::Level::kInfo, path_);
  }
  void TearDown() override {
    log::SetUp(log::Level::kInfo, "");
    std::filesystem::remove(path_);
  }

  std::string Written() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  const std::string path_ = testing::TempDir() + "/log_test." + std::to_string(getpid());
};

TEST_F(LogTest, LineIsKeysAndValues) {
  log::Info("job_started", {{"job", "j1"}, {"worker", "w1"}});
  EXPECT_NE(Written().find(" level=info event=job_started job=j1 worker=w1\n"), std::string::npos)
      << Written();
}

TEST_F(LogTest, OddValuesAreQuotedAndStayOnOneLine) {
  log::Warn("odd",
            {{"a", "x y"}, {"b", "say \"hi\"\n\\"}, {"c", ""}, {"d", std::string("\x01") + "e f"}});
  const std::string written = Written();
  EXPECT_NE(written.find(R"(a="x y" b="say \"hi\"\n\\" c="" d="?e f")"), std::string::npos)
      << written;
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 1);
}

TEST_F(LogTest, LevelsBelowTheChosenOneAreDropped) {
  log::Debug("quiet");
  log::Error("loud");
  EXPECT_EQ(Written().find("quiet"), std::string::npos);
  EXPECT_NE(Written().find("event=loud"), std::string::npos);
}

}  // namespace
}  // namespace mist
