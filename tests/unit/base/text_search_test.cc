#include "base/text_search.h"

#include <gtest/gtest.h>

namespace mist {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

TEST(CaselessTextTest, FindsTextInAnyCase) {
  const CaselessText error("ErRor");
  EXPECT_EQ(error.FindIn("an ERROR, an error"), 3u);
  EXPECT_EQ(error.FindIn("an ERROR, an error", 4), 13u);
  EXPECT_EQ(error.FindIn("an ERROR, an error", 14), kNowhere);
  EXPECT_EQ(error.FindIn("eerror"), 1u);
  EXPECT_EQ(error.FindIn("erro"), kNowhere);
  EXPECT_EQ(error.FindIn(""), kNowhere);
  EXPECT_EQ(error.FindIn("error", 6), kNowhere);
}

TEST(CaselessTextTest, ComparesOtherBytesAsTheyAre) {
  EXPECT_TRUE(CaselessText("größe").IsIn("die GrößE"));
  EXPECT_FALSE(CaselessText("grÖße").IsIn("größe"));
  EXPECT_TRUE(CaselessText(std::string_view("a\0b", 3)).IsIn(std::string_view("xA\0B", 4)));
}

TEST(CaselessTextTest, NothingIsEverywhere) {
  EXPECT_EQ(CaselessText("").FindIn("abc", 2), 2u);
  EXPECT_TRUE(CaselessText("").IsIn(""));
}

TEST(MatchesGlobTest, StarsStandForAnyCharactersAndMarksForOne) {
  EXPECT_TRUE(MatchesGlob("hello*", "hello-mist"));
  EXPECT_TRUE(MatchesGlob("*mist", "hello-mist"));
  EXPECT_TRUE(MatchesGlob("h*l*-m*t", "hello-mist"));
  EXPECT_TRUE(MatchesGlob("h?llo*", "hello"));
  EXPECT_TRUE(MatchesGlob("*", ""));
  EXPECT_TRUE(MatchesGlob("a*b*c", "aXbXbXc"));
  EXPECT_FALSE(MatchesGlob("hello", "hello-mist"));
  EXPECT_FALSE(MatchesGlob("hello?", "hello"));
  EXPECT_FALSE(MatchesGlob("*x", "hello"));
  EXPECT_FALSE(MatchesGlob("", "a"));
  EXPECT_TRUE(MatchesGlob("[a]", "[a]"));
}

TEST(MatchesGlobTest, ManyStarsCostLittle) {
  EXPECT_FALSE(MatchesGlob("*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(10'000, 'a')));
}

}  // namespace
}  // namespace mist
