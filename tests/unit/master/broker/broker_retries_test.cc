// Further attempts: what a job says wins over what its context says, each setting for itself.
#include <gtest/gtest.h>

#include "tests/unit/master/broker/broker_world.h"

namespace mist {
namespace {

using testing::BrokerWorld;

// `j1` runs with these settings, in a context with those.
struct Running : BrokerWorld {
  Running(const RetrySettings& of_job, const RetrySettings& of_context) {
    ContextConfig config = Context();
    config.retries = of_context.retries.value_or(config.retries);
    config.retry_on = of_context.retry_on.value_or(config.retry_on);
    if (of_context.retry_backoff) config.retry_backoff = of_context.retry_backoff;
    Start({ContextSaved{config}});
    Request("j1", of_job);
    GetReady();
  }
};

void FailAttempt(BrokerWorld& world, std::int32_t attempt) {
  world.Give(JobFailed{{world.LastWorker(), {"j1"}, attempt}, "no"});
}

TEST(BrokerRetriesTest, WhatAJobLeavesOutIsTheContexts) {
  Running world({{}, RetryOn::kFailure, {}}, {1, {}, std::chrono::seconds(7)});
  FailAttempt(world, 1);
  EXPECT_NE(world.LogOf("j1").find("Attempt 1 of 2 failed, the next comes after 7 seconds:\nno"),
            std::string::npos)
      << world.LogOf("j1");
  world.Pass(Millis(7000));
  FailAttempt(world, 2);
  EXPECT_EQ(world.JobOf("j1").state, JobState::kFailed);
}

TEST(BrokerRetriesTest, AJobMayWantNoneWhereItsContextHasSome) {
  Running world({0, {}, {}}, {3, RetryOn::kFailure, {}});
  FailAttempt(world, 1);
  EXPECT_EQ(world.JobOf("j1").state, JobState::kFailed);
}

TEST(BrokerRetriesTest, AJobMayWantFewerReasonsThanItsContext) {
  Running world({{}, RetryOn::kWorkerLost, {}}, {3, RetryOn::kFailure, {}});
  FailAttempt(world, 1);
  EXPECT_EQ(world.JobOf("j1").state, JobState::kFailed);
}

TEST(BrokerRetriesTest, TheLargestNumberOfRetriesIsCountedRight) {
  Running world({2147483647, RetryOn::kFailure, std::chrono::seconds(0)}, {});
  FailAttempt(world, 1);
  EXPECT_NE(world.LogOf("j1").find("Attempt 1 of 2147483648 failed"), std::string::npos);
}

}  // namespace
}  // namespace mist
