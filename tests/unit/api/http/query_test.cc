#include "api/http/query.h"

#include <gtest/gtest.h>

namespace mist::http {
namespace {

Query Parse(std::string_view text) {
  return std::get<Query>(Query::Parse(text));
}

JobListing Listing(std::string_view text) {
  return std::get<JobListing>(ReadJobListing(Parse(text)));
}

TEST(QueryTest, DecodesNamesAndValues) {
  const Query query = Parse("a=1+2%2B3&b&%63=d&&a=x");
  EXPECT_EQ(query.Find("a"), "1 2+3");
  EXPECT_EQ(query.Find("b"), "");
  EXPECT_EQ(query.Find("c"), "d");
  EXPECT_EQ(query.Find("d"), std::nullopt);
  EXPECT_EQ(query.FindAll("a").size(), 2U);
}

TEST(QueryTest, RefusesWhatIsNotWellEncoded) {
  for (const char* text : {"a=%", "a=%4", "a=%zz", "a=%ff", "a=% 1"}) {
    EXPECT_TRUE(std::holds_alternative<Reply>(Query::Parse(text))) << text;
  }
}

TEST(QueryTest, TakesEveryBooleanOfTheContract) {
  for (const char* text : {"f=true", "f=True", "f=YES", "f=on", "f=1"}) {
    EXPECT_EQ(std::get<bool>(Parse(text).Boolean("f", false)), true) << text;
  }
  for (const char* text : {"f=false", "f=False", "f=no", "f=OFF", "f=0"}) {
    EXPECT_EQ(std::get<bool>(Parse(text).Boolean("f", true)), false) << text;
  }
  EXPECT_EQ(std::get<bool>(Parse("f=").Boolean("f", true)), true);
}

TEST(QueryTest, HoldsTheLimitBetweenOneAndAThousand) {
  EXPECT_EQ(Listing("").query.limit, 25);
  EXPECT_EQ(Listing("limit=0").query.limit, 1);
  EXPECT_EQ(Listing("limit=-5").query.limit, 1);
  EXPECT_EQ(Listing("limit=2147483647").query.limit, 1000);
  EXPECT_TRUE(std::holds_alternative<Reply>(ReadJobListing(Parse("limit=2147483648"))));
}

TEST(QueryTest, ReadsTheFiltersOfAJobList) {
  const JobListing listing =
      Listing("status=finished&status=failed&offset=-1&before=j1&paginate=1");
  EXPECT_EQ(listing.query.states, (std::vector{JobState::kFinished, JobState::kFailed}));
  EXPECT_EQ(listing.query.offset, 0);
  EXPECT_EQ(listing.query.before, JobId{"j1"});
  EXPECT_TRUE(listing.paginate);
}

}  // namespace
}  // namespace mist::http
