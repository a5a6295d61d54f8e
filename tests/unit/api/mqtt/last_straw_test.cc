#include "api/mqtt/last_straw.h"

#include <gtest/gtest.h>

namespace mist::mqtt {
namespace {

constexpr std::size_t kLarge = LastStraw::kLarge;

TEST(LastStrawTest, AMessageThatIsAloneEachTimeIsTheReason) {
  LastStraw straw;
  EXPECT_FALSE(straw.WantsOneByOne());
  straw.OnLostWithSeveral();
  EXPECT_TRUE(straw.WantsOneByOne());
  for (int i = 1; i < LastStraw::kProof; ++i) EXPECT_FALSE(straw.OnLostWith(7, "t", kLarge)) << i;
  EXPECT_TRUE(straw.OnLostWith(7, "t", kLarge));
}

TEST(LastStrawTest, ASmallMessageNeverIs) {
  LastStraw straw;
  for (int i = 0; i < 10 * LastStraw::kProof; ++i)
    EXPECT_FALSE(straw.OnLostWith(7, "t", kLarge - 1));
}

TEST(LastStrawTest, AnotherMessageOrOneThatWasTakenBeginsTheProofAnew) {
  LastStraw straw;
  for (int i = 1; i < LastStraw::kProof; ++i) EXPECT_FALSE(straw.OnLostWith(7, "t", kLarge));
  EXPECT_FALSE(straw.OnLostWith(7, "u", kLarge));
  EXPECT_FALSE(straw.OnLostWith(8, "u", kLarge));
  for (int i = 2; i < LastStraw::kProof; ++i) EXPECT_FALSE(straw.OnLostWith(8, "u", kLarge));
  straw.OnTaken();
  EXPECT_FALSE(straw.OnLostWith(8, "u", kLarge));
}

TEST(LastStrawTest, WhenAllAreTakenTheyAreSentTogetherAgain) {
  LastStraw straw;
  straw.OnLostWithSeveral();
  straw.OnAllTaken();
  EXPECT_FALSE(straw.WantsOneByOne());
}

}  // namespace
}  // namespace mist::mqtt
