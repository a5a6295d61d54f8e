#include "contexts/router_file.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"

namespace mist {
namespace {

class RouterFileTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::vector<FunctionConfig> Read(const std::string& text) {
    std::ofstream(folder_ + "/router.conf") << text;
    return ReadRouterFile(folder_ + "/router.conf");
  }

  std::string ErrorOf(const std::string& text) {
    try {
      (void)Read(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.Code(), ErrorCode::kInvalidConfig);
      return error.what();
    }
    return "";
  }

  const std::string folder_ = testing::TempDir() + "/router_file." + std::to_string(getpid());
};

TEST_F(RouterFileTest, KeysMayReferToTheirEarlierValue) {
  const auto functions = Read(R"(
    pi = { path = a.jar, className = "Pi$", namespace = "small" }
    pi.path = ${?NO_SUCH_VARIABLE}
    other = ${pi}
    other.path = ${location}/b.jar
  )");
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0].path, "a.jar");
  EXPECT_EQ(functions[1].path, folder_ + "/b.jar");
}

TEST_F(RouterFileTest, ReadsFunctionsWithTheFilesFolder) {
  const auto functions = Read(R"(
    pi = { path = ${location}"/jobs/pi.jar", className = "Pi$", namespace = "small" }
    "with.dot" { path: hello.py, className: hello, namespace: default }
  )");
  EXPECT_EQ(functions,
            (std::vector<FunctionConfig>{{{"pi"}, folder_ + "/jobs/pi.jar", "Pi$", {"small"}},
                                         {{"with.dot"}, "hello.py", "hello", {"default"}}}));
}

TEST_F(RouterFileTest, AnEmptyFileDeclaresNothing) {
  EXPECT_TRUE(Read("").empty());
}

TEST_F(RouterFileTest, NamesEveryProblemWithItsPlace) {
  const std::string error = ErrorOf("a { path = x, namespace = y }\nb = 3\nc { className = C }\n");
  EXPECT_NE(error.find("router.conf:1: function 'a' needs a text 'className'"), std::string::npos)
      << error;
  EXPECT_NE(error.find("router.conf:2: function 'b' must be an object"), std::string::npos);
  EXPECT_NE(error.find("router.conf:3: function 'c' needs a text 'path'"), std::string::npos);
  EXPECT_NE(error.find("router.conf:3: function 'c' needs a text 'namespace'"), std::string::npos);
}

TEST_F(RouterFileTest, ReadsRetries) {
  const auto functions = Read(R"(
    pi = { path = a.jar, className = "Pi$", namespace = c, retries = 2, retry-on = failure }
    py = { path = a.py, className = py, namespace = c, retryBackoff = 10 seconds }
  )");
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0].retry, (RetrySettings{2, RetryOn::kFailure, {}}));
  EXPECT_EQ(functions[1].retry, (RetrySettings{{}, {}, std::chrono::seconds(10)}));
  const std::string error =
      ErrorOf("a { path = x, className = C, namespace = y,\nretries = many\nretry-on = never }");
  EXPECT_NE(error.find("router.conf:2: retries must be a number from 0 to 2147483647, got 'many'"),
            std::string::npos)
      << error;
  EXPECT_NE(error.find("router.conf:3: retry-on must be worker-lost or failure, got 'never'"),
            std::string::npos);
}

TEST_F(RouterFileTest, AFileThatIsNotThereIsAFailure) {
  EXPECT_THROW((void)ReadRouterFile(folder_ + "/none.conf"), Error);
}

}  // namespace
}  // namespace mist
