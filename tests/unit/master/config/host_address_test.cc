#include "master/config/host_address.h"

#include <gtest/gtest.h>

namespace mist {
namespace {

TEST(HostAddressTest, KnowsLoopback) {
  for (const std::string host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
    EXPECT_TRUE(IsLoopback(host)) << host;
  for (const std::string host :
       {"0.0.0.0", "::", "10.0.0.1", "127.example", "localhost.evil", "", "128.0.0.1"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

TEST(HostAddressTest, ABoundAddressIsThePublicOne) {
  EXPECT_EQ(PublicHostOf("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(PublicHostOf("mist.example"), "mist.example");
}

TEST(HostAddressTest, AllAddressesBecomeOneThatCanBeDialled) {
  for (const std::string host : {"0.0.0.0", "::"}) {
    const std::string address = PublicHostOf(host);
    EXPECT_FALSE(address.empty());
    EXPECT_NE(address, host);
  }
}

}  // namespace
}  // namespace mist
