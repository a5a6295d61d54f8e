#include "base/error.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace mist {
namespace {

TEST(ErrorTest, NoSpaceAndNoQuotaAreDiskFull) {
  EXPECT_EQ(SystemError(ENOSPC, "writing x").Code(), ErrorCode::kDiskFull);
  EXPECT_EQ(SystemError(EDQUOT, "writing x").Code(), ErrorCode::kDiskFull);
  EXPECT_EQ(SystemError(EIO, "writing x").Code(), ErrorCode::kIo);
}

TEST(ErrorTest, SaysWhatWasAttemptedAndWhatTheSystemSaid) {
  EXPECT_STREQ(SystemError(ENOENT, "opening /a").what(), "opening /a: No such file or directory");
}

TEST(ErrorTest, EveryCodeHasItsName) {
  EXPECT_EQ(ToString(ErrorCode::kInvalidConfig), "invalid-config");
  EXPECT_EQ(ToString(ErrorCode::kInternal), "internal");
}

}  // namespace
}  // namespace mist
