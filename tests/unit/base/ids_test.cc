#include "base/ids.h"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace mist {
namespace {

using std::chrono::system_clock;

TEST(IdsTest, IdIsAUuidOfVersion7) {
  const std::string id = NewUuid7(system_clock::now());
  ASSERT_EQ(id.size(), 36U) << id;
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef-"), std::string::npos) << id;
  for (const std::size_t dash : {8, 13, 18, 23}) EXPECT_EQ(id[dash], '-') << id;
  EXPECT_EQ(id[14], '7') << id;
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
}

TEST(IdsTest, IdBeginsWithItsMillisecond) {
  // Far in the future, since ids never go back behind those that other tests of this process have
  // made.
  const auto time = system_clock::time_point(std::chrono::milliseconds(0x07ff12345678));
  EXPECT_EQ(NewUuid7(time).substr(0, 13), "07ff1234-5678");
}

TEST(IdsTest, IdsIncreaseWithinAMillisecondAndWhenTheClockGoesBack) {
  const auto now = system_clock::now();
  std::string last = NewUuid7(now);
  for (int i = 0; i < 20000; ++i) {
    const std::string next = NewUuid7(now - std::chrono::seconds(i));
    ASSERT_LT(last, next);
    last = next;
  }
}

// Last in time: later ids of this process come after it.
TEST(IdsTest, IdsContinueAfterThoseOfAnEarlierProcess) {
  const auto now = system_clock::now();
  const std::string ahead = "7f000000-0000-7fff-8000-000000000000";
  ContinueUuid7After("ffffffff-ffff-4fff-8000-000000000000");  // of another version
  ContinueUuid7After("no id");
  EXPECT_LT(NewUuid7(now), ahead);
  ContinueUuid7After(ahead);
  EXPECT_GT(NewUuid7(now), ahead);
  ContinueUuid7After("00000000-0000-7000-8000-000000000000");
  EXPECT_GT(NewUuid7(now), ahead);
}

TEST(IdsTest, IdsOfManyThreadsAreDistinct) {
  constexpr int kThreads = 4;
  constexpr int kIds = 5000;
  std::vector<std::vector<std::string>> made(kThreads);
  {
    std::vector<std::jthread> threads;
    for (auto& ids : made) {
      threads.emplace_back([&ids] {
        for (int i = 0; i < kIds; ++i) ids.push_back(NewUuid7(system_clock::now()));
      });
    }
  }
  std::vector<std::string> all;
  for (const auto& ids : made) all.insert(all.end(), ids.begin(), ids.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(IdsTest, SecretIs64HexDigitsAndNeverTheSame) {
  const std::string secret = NewSecret();
  EXPECT_EQ(secret.size(), 64U);
  EXPECT_EQ(secret.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(secret, NewSecret());
}

TEST(IdsTest, SecretsAreEqualOnlyWhenEveryCharacterIs) {
  EXPECT_TRUE(SecretsEqual("abc", "abc"));
  EXPECT_TRUE(SecretsEqual("", ""));
  EXPECT_FALSE(SecretsEqual("abc", "abd"));
  EXPECT_FALSE(SecretsEqual("abc", "abcd"));
}

}  // namespace
}  // namespace mist
