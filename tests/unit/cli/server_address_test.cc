#include "cli/server_address.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace mist::cli {
namespace {

TEST(ServerAddressTest, IsAHostAndAPort) {
  const ServerAddress address = ParseServerAddress("mist.example", 2004);
  EXPECT_EQ(address.Url(), "http://mist.example:2004");
  EXPECT_FALSE(address.credentials);
}

TEST(ServerAddressTest, TakesUserAndPasswordFromTheHost) {
  const ServerAddress address = ParseServerAddress("ann:p%40ss:w@proxy", 80);
  EXPECT_EQ(address.host, "proxy");
  ASSERT_TRUE(address.credentials);
  EXPECT_EQ(address.credentials->user, "ann");
  EXPECT_EQ(address.credentials->password, "p@ss:w");
}

TEST(ServerAddressTest, NeverShowsThePassword) {
  EXPECT_EQ(ParseServerAddress("ann:secret@proxy", 80).Url(), "http://proxy:80");
}

TEST(ServerAddressTest, PutsBracketsAroundIpV6) {
  EXPECT_EQ(ParseServerAddress("::1", 2004).Url(), "http://[::1]:2004");
  EXPECT_EQ(ParseServerAddress("[::1]", 2004).Url(), "http://[::1]:2004");
}

TEST(ServerAddressTest, RefusesWhatIsNoAddress) {
  EXPECT_THROW(ParseServerAddress("http://localhost", 2004), Error);
  EXPECT_THROW(ParseServerAddress("", 2004), Error);
  EXPECT_THROW(ParseServerAddress("localhost", 0), Error);
  EXPECT_THROW(ParseServerAddress("localhost", 65536), Error);
}

TEST(PercentEncodeTest, LeavesNothingThatHasAMeaningInAUrl) {
  EXPECT_EQ(PercentEncode("a-b_c.d~1/%?&ü"), "a-b_c.d~1%2F%25%3F%26%C3%BC");
}

}  // namespace
}  // namespace mist::cli
