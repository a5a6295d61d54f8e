#include "api/http/replies.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace mist::http {
namespace {

TEST(RepliesTest, EveryKindOfRefusalHasItsStatus) {
  using Kind = Refusal::Kind;
  EXPECT_EQ(StatusOf(Kind::kNotFound), 404);
  EXPECT_EQ(StatusOf(Kind::kInvalid), 400);
  EXPECT_EQ(StatusOf(Kind::kConflict), 409);
  EXPECT_EQ(StatusOf(Kind::kBusy), 429);
  EXPECT_EQ(StatusOf(Kind::kUnavailable), 503);
  EXPECT_EQ(StatusOf(Kind::kDiskFull), 507);
  EXPECT_EQ(StatusOf(Kind::kFailed), 500);
}

TEST(RepliesTest, ARefusalWithAClassReadsLikeTheOriginal) {
  const Reply reply = RefusalReply({.kind = Refusal::Kind::kInvalid,
                                    .message = "Unknown worker w",
                                    .legacy_class = "java.lang.IllegalStateException"});
  EXPECT_EQ(reply.body, "Bad request:\njava.lang.IllegalStateException: Unknown worker w");
}

TEST(RepliesTest, FailuresShowTheirKindAndNoDetails) {
  const Reply full = FailureReply(Error(ErrorCode::kDiskFull, "writing /secret"));
  EXPECT_EQ(full.status, 507);
  EXPECT_EQ(full.body.find("secret"), std::string::npos);
  EXPECT_EQ(FailureReply(Error(ErrorCode::kTimeout, "")).status, 503);
  EXPECT_EQ(FailureReply(std::runtime_error("secret")).status, 500);
  EXPECT_EQ(FailureReply(std::runtime_error("secret")).body.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace mist::http
