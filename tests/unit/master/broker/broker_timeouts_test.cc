// Limits of time, while somebody sets the clock.
#include <chrono>
#include <utility>

#include <gtest/gtest.h>

#include "tests/unit/master/broker/broker_world.h"

namespace mist {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::BrokerWorld;

struct TimeoutWorld : BrokerWorld {
  std::size_t Cancels() const { return Effects<SendCancel>().size(); }
};

TEST(BrokerTimeoutsTest, ARunningJobsLimitKnowsNothingOfTheClock) {
  TimeoutWorld world;
  world.Start({ContextSaved{TimeoutWorld::Context(2)}});
  world.Request("j1", {}, hours(1));
  world.GetReady();
  world.SetClockForward(hours(24 * 3650));
  world.Pass(minutes(59));
  EXPECT_EQ(world.Cancels(), 0U);
  world.SetClockForward(-hours(24 * 3650));
  world.Pass(minutes(1));
  EXPECT_EQ(world.Cancels(), 1U);
}

// What ran under the master before: how long, its worker says.
TEST(BrokerTimeoutsTest, ARecoveredJobsLimitKnowsNothingOfTheClock) {
  TimeoutWorld world;
  const ContextConfig config = TimeoutWorld::Context(2);
  Job job;
  job.id = {"j1"};
  job.context = config.name;
  job.state = JobState::kStarted;
  job.attempt = 1;
  job.worker = WorkerId{"c_1"};
  job.created = world.Time().wall - hours(24 * 3650);
  job.started = job.created;
  job.perform_timeout = hours(1);
  world.Start(
      {ContextSaved{config}, WorkerRecovered{{"c_1"}, config}, JobRecovered{std::move(job)}});
  world.Pass(minutes(2));
  EXPECT_EQ(world.Cancels(), 0U);
  world.Give(WorkerReturned{{"c_1"}, {{{{"c_1"}, {"j1"}, 1}, minutes(50)}}});
  world.Pass(minutes(9));
  EXPECT_EQ(world.Cancels(), 0U);
  world.Pass(minutes(1));
  EXPECT_EQ(world.Cancels(), 1U);
}

}  // namespace
}  // namespace mist
