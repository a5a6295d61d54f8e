#include "master/artifacts/artifact_name.h"

#include <string>

#include <gtest/gtest.h>

namespace mist {
namespace {

class GoodNameTest : public ::testing::TestWithParam<std::string> {};

TEST_P(GoodNameTest, IsTaken) {
  EXPECT_EQ(ArtifactNameProblem(GetParam()), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Names, GoodNameTest,
                         ::testing::Values("f_0.0.1.jar", "a b.py", "a..b", "-x", "\xc3\xa9.whl",
                                           "\xf0\x9f\x98\x80", std::string(255, 'x')));

class BadNameTest : public ::testing::TestWithParam<std::string> {};

TEST_P(BadNameTest, IsRefusedWithAReason) {
  const auto problem = ArtifactNameProblem(GetParam());
  ASSERT_TRUE(problem);
  EXPECT_FALSE(problem->empty());
}

INSTANTIATE_TEST_SUITE_P(Names, BadNameTest,
                         ::testing::Values("", ".", "..", ".hidden", "../x", "/etc/passwd", "a/b",
                                           "a\\b", std::string("a\0b", 3), "a\nb", "a\x7f",
                                           std::string(256, 'x'), "\xff", "\xc3", "\xc0\xaf",
                                           "\xed\xa0\x80", "\xf4\x90\x80\x80"));

}  // namespace
}  // namespace mist
