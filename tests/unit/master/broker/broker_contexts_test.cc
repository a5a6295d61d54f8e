// Contexts whose workers do not start.
#include <gtest/gtest.h>

#include "tests/unit/master/broker/broker_world.h"

namespace mist {
namespace {

using testing::BrokerWorld;

// A context whose only start so far has failed; `j1` waits in it.
struct FailedOnce : BrokerWorld {
  explicit FailedOnce(std::int32_t max_failures) {
    Start({ContextSaved{Context(max_failures)}});
    Request("j1");
    FailStart("exit code 3\nlast line");
  }
};

FailedStarts RowOf(const BrokerWorld& world) {
  return world.FailedStartRows().at({"c"});
}

TEST(BrokerContextsTest, AFailedStartIsKeptWithItsReasonAndTheNextTry) {
  const FailedOnce world(3);
  const WallTime now = world.Time().wall;
  EXPECT_EQ(
      RowOf(world),
      (FailedStarts{{"c"}, 1, false, now, now, now + Millis(1000), "exit code 3\nlast line"}));
  ASSERT_EQ(world.Effects<StartsFail>().size(), 1U);
  EXPECT_EQ(world.Effects<StartsFail>()[0].failed, RowOf(world));
  const std::string log = world.LogOf("j1");
  EXPECT_NE(log.find("Worker " + world.LastWorker().value +
                     " did not start: exit code 3\n"
                     "last line\nThat was start 1 of 3 that may fail in a row; the next one comes "
                     "after 1 second\n"),
            std::string::npos)
      << log;
}

TEST(BrokerContextsTest, TheNextTryComesWhenItWasSaid) {
  FailedOnce world(3);
  world.Pass(Millis(999));
  EXPECT_EQ(world.Starts(), 1U);
  world.Pass(Millis(1));
  EXPECT_EQ(world.Starts(), 2U);
  world.FailStart("again");
  const FailedStarts row = RowOf(world);
  EXPECT_EQ(row.count, 2);
  EXPECT_EQ(row.reason, "again");
  EXPECT_EQ(row.last - row.since, Millis(1000));
  EXPECT_EQ(*row.next_try - row.last, Millis(2000));
}

TEST(BrokerContextsTest, AStartThatSucceedsEndsTheTrouble) {
  FailedOnce world(3);
  world.Pass(Millis(1000));
  world.GetReady();
  EXPECT_TRUE(world.FailedStartRows().empty());
  ASSERT_EQ(world.Effects<StartsSucceed>().size(), 1U);
  EXPECT_EQ(world.Effects<StartsSucceed>()[0].why, "a worker has started");
}

TEST(BrokerContextsTest, ABrokenContextTellsItsJobsWhyAndHowToRepairIt) {
  FailedOnce world(1);
  const FailedStarts row = RowOf(world);
  EXPECT_TRUE(row.broken);
  EXPECT_EQ(row.next_try, std::nullopt);
  const std::string why =
      "1 worker starts in a row have failed, the last one: exit code 3\\nlast line\\n"
      "When the cause is mended: mist-cli repair context c\"";
  EXPECT_EQ(world.JobOf("j1").state, JobState::kFailed);
  EXPECT_EQ(world.JobOf("j1").result->value,
            "\"java.lang.RuntimeException: Context is broken\\nCaused by: "
            "java.lang.RuntimeException: " +
                why);
  world.Request("j2");
  EXPECT_EQ(world.JobOf("j2").result->value,
            "\"Please update context c before running function Foo$ invocation: Type: "
            "java.lang.RuntimeException, message: " +
                why);
  world.Pass(Millis(3'600'000));
  EXPECT_EQ(world.Starts(), 1U);
}

TEST(BrokerContextsTest, RepairingABrokenContextStartsAnew) {
  FailedOnce world(1);
  world.Give(ContextSaved{BrokerWorld::Context(1)});
  EXPECT_TRUE(world.FailedStartRows().empty());
  world.Request("j2");
  EXPECT_EQ(world.Starts(), 2U);
  EXPECT_EQ(world.JobOf("j2").state, JobState::kQueued);
}

TEST(BrokerContextsTest, RepairingAContextThatBacksOffStartsAtOnce) {
  FailedOnce world(3);
  world.Give(ContextSaved{BrokerWorld::Context(3)});
  EXPECT_EQ(world.Starts(), 2U);
}

TEST(BrokerContextsTest, ADeletedContextHasNoTrouble) {
  FailedOnce world(1);
  world.Give(ContextDeleted{{"c"}});
  EXPECT_TRUE(world.FailedStartRows().empty());
}

TEST(BrokerContextsTest, ANewMasterTriesABrokenContextAgainAndStillKnowsWhyItFailed) {
  const FailedStarts found = RowOf(FailedOnce(1));
  BrokerWorld world;
  world.Start({ContextSaved{BrokerWorld::Context(1)}, FailedStartsRecovered{found}});
  FailedStarts row = RowOf(world);
  EXPECT_FALSE(row.broken);
  EXPECT_EQ(row.reason, found.reason);
  world.Request("j1");
  world.Pass(Millis(5));
  world.FailStart("still");
  row = RowOf(world);
  EXPECT_TRUE(row.broken);
  EXPECT_EQ(row.count, 2);
  EXPECT_EQ(row.since, found.since);
  EXPECT_EQ(row.reason, "still");
}

TEST(BrokerContextsTest, AJobThatWaitsForItsNextAttemptFailsWhenTheContextIsBrokenByThen) {
  BrokerWorld world;
  world.Start({ContextSaved{BrokerWorld::Context(1)}});
  world.Request("j1", {1, RetryOn::kFailure, std::chrono::seconds(10)});
  world.GetReady();
  const WorkerId worker = world.LastWorker();
  world.Give(JobFailed{{worker, {"j1"}, 1}, "no"});
  world.Give(WorkerLost{worker, "killed"});
  world.Request("j2");
  world.FailStart();
  EXPECT_EQ(world.JobOf("j1").state, JobState::kQueued);
  world.Pass(Millis(10'000));
  EXPECT_EQ(world.JobOf("j1").state, JobState::kFailed);
  EXPECT_NE(world.JobOf("j1").result->value.find("Context is broken"), std::string::npos);
}

}  // namespace
}  // namespace mist
