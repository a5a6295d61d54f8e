// What the broker tells of itself.
#include <variant>

#include <gtest/gtest.h>

#include "tests/unit/master/broker/broker_world.h"

namespace mist {
namespace {

using testing::BrokerWorld;
using Load = BrokerView::Load;
using Reason = JobWaits::Reason;
using State = BrokerView::WorkerState;

// Context `c` with one shared worker that runs two jobs at once.
struct ViewWorld : BrokerWorld {
  explicit ViewWorld(std::int32_t max_jobs = 2) {
    ContextConfig config = Context(2);
    config.max_jobs = max_jobs;
    config.jobs_per_worker = 2;
    Start({ContextSaved{config}});
  }

  BrokerView View() {
    Give(ViewRequested{7});
    return std::get<BrokerView>(Effects<Answer>().back().body);
  }

  // nullopt: NoSuchJob.
  std::optional<JobWaits> Why(const std::string& id) {
    Give(WaitReasonRequested{{id}, 8});
    const AnswerBody body = Effects<Answer>().back().body;
    if (std::holds_alternative<NoSuchJob>(body)) return std::nullopt;
    return std::get<JobWaits>(body);
  }

  void End(const std::string& id) { Give(JobFinished{{LastWorker(), {id}, 1}, {"1"}}); }
};

TEST(BrokerViewTest, CountsJobsByContextAndFunctionOnTheirWay) {
  ViewWorld world;
  EXPECT_TRUE(world.View().contexts.empty());
  for (const char* id : {"j1", "j2", "j3"}) world.Request(id);
  EXPECT_EQ(world.View().contexts.at({"c"}), (Load{3, 0}));
  world.GetReady();
  EXPECT_EQ(world.View().contexts.at({"c"}), (Load{1, 2}));
  EXPECT_EQ(world.View().functions.at({""}), (Load{1, 2}));
  world.End("j1");
  EXPECT_EQ(world.View().contexts.at({"c"}), (Load{0, 2}));
  world.Give(CancelRequested{{"j2"}, {}});
  world.Give(JobCancelled{{world.LastWorker(), {"j2"}, 1}});
  world.End("j3");
  EXPECT_EQ(world.View().contexts.at({"c"}), Load()) << "there for its worker's sake";
  EXPECT_TRUE(world.View().functions.empty());
}

TEST(BrokerViewTest, AJobThatWaitsForItsNextAttemptIsQueued) {
  ViewWorld world;
  RetrySettings retry;
  retry.retries = 1;
  retry.retry_on = RetryOn::kFailure;
  retry.retry_backoff = std::chrono::seconds(5);
  world.Request("j1", retry);
  world.GetReady();
  world.Give(JobFailed{{world.LastWorker(), {"j1"}, 1}, "boom"});
  EXPECT_EQ(world.View().contexts.at({"c"}), (Load{1, 0}));
  EXPECT_EQ(world.Why("j1")->reason, Reason::kRetryBackoff);
  world.Pass(Millis(5000));
  EXPECT_EQ(world.View().contexts.at({"c"}), (Load{0, 1}));
}

TEST(BrokerViewTest, ShowsWorkersFromTheirStartToTheirEnd) {
  ViewWorld world;
  world.Request("j1");
  BrokerView::Worker worker = world.View().workers.at(0);
  EXPECT_EQ(worker.id, world.LastWorker());
  EXPECT_EQ(worker.context, ContextName{"c"});
  EXPECT_EQ(worker.state, State::kStarting);
  EXPECT_EQ(worker.since, world.Time().wall);
  world.Pass(Millis(500));
  world.GetReady();
  worker = world.View().workers.at(0);
  EXPECT_EQ(worker.state, State::kBusy);
  EXPECT_EQ(worker.since, world.Time().wall);
  EXPECT_EQ(worker.jobs, std::vector<JobId>{{"j1"}});
  world.End("j1");
  EXPECT_EQ(world.View().workers.at(0).state, State::kIdle);
  world.Give(WorkerStopRequested{world.LastWorker(), {}});
  EXPECT_EQ(world.View().workers.at(0).state, State::kStopping);
  world.Give(WorkerLost{world.LastWorker(), "exit code 0"});
  EXPECT_TRUE(world.View().workers.empty());
}

TEST(BrokerViewTest, SaysWhyAJobWaits) {
  ViewWorld world;
  world.Request("j1");
  EXPECT_EQ(world.Why("j1")->reason, Reason::kWorkerStarting);
  EXPECT_EQ(world.Why("j1")->ahead, 0);
  EXPECT_EQ(world.Why("j1")->since, world.JobOf("j1").created);
  world.GetReady();
  EXPECT_EQ(world.Why("j1"), std::nullopt) << "it has a worker";
  for (const char* id : {"j2", "j3", "j4"}) world.Request(id);
  const JobWaits waits = *world.Why("j4");
  EXPECT_EQ(waits.reason, Reason::kMaxJobs);
  EXPECT_EQ(waits.ahead, 1);
  EXPECT_EQ(waits.text,
            "Context c runs 2 jobs, which is its limit (max-jobs). 1 job of the context comes "
            "first.");
  EXPECT_EQ(world.Why("nobody"), std::nullopt);
}

TEST(BrokerViewTest, SaysThatWorkersDoNotStart) {
  ViewWorld world;
  world.Request("j1");
  world.FailStart();
  const JobWaits waits = *world.Why("j1");
  EXPECT_EQ(waits.reason, Reason::kStartFailed);
  EXPECT_NE(waits.text.find("1 in a row"), std::string::npos) << waits.text;
}

TEST(BrokerViewTest, SaysThatWorkersOfOlderSettingsMustEndFirst) {
  ViewWorld world(2);
  world.Request("j1");
  world.GetReady();
  ContextConfig changed = ViewWorld::Context(2);
  changed.max_jobs = 1;
  changed.spark_conf = {{"spark.x", "1"}};
  world.Give(ContextSaved{changed});
  world.Request("j2");
  EXPECT_EQ(world.Why("j2")->reason, Reason::kMaxJobs);
}

// ---- progress -----------------------------------------------------------------------------------

// Null: nothing was told; nullopt: NoSuchJob.
std::optional<std::shared_ptr<const SparkProgress>> ProgressOf(ViewWorld& world,
                                                               const std::string& id) {
  world.Give(ProgressRequested{{id}, 9});
  const AnswerBody body = world.Effects<Answer>().back().body;
  if (std::holds_alternative<NoSuchJob>(body)) return std::nullopt;
  return std::get<JobProgress>(body).progress;
}

TEST(BrokerViewTest, TellsHowFarTheCurrentAttemptIs) {
  ViewWorld world;
  world.Request("j1");
  world.GetReady();
  EXPECT_EQ(ProgressOf(world, "j1"), nullptr);
  const auto told = std::make_shared<const SparkProgress>();
  world.Give(JobProgressed{{world.LastWorker(), {"j1"}, 2}, told});
  world.Give(JobProgressed{{{"another"}, {"j1"}, 1}, told});
  EXPECT_EQ(ProgressOf(world, "j1"), nullptr) << "of an attempt that is none";
  EXPECT_TRUE(world.Effects<TellProgress>().empty());
  world.Give(JobProgressed{{world.LastWorker(), {"j1"}, 1}, told});
  EXPECT_EQ(ProgressOf(world, "j1"), told);
  ASSERT_EQ(world.Effects<TellProgress>().size(), 1U);
  EXPECT_EQ(world.Effects<TellProgress>().back().job, JobId{"j1"});
  world.End("j1");
  EXPECT_EQ(ProgressOf(world, "j1"), std::nullopt);
}

TEST(BrokerViewTest, TheNextAttemptBeginsWithoutProgress) {
  ViewWorld world;
  RetrySettings retry;
  retry.retries = 1;
  retry.retry_on = RetryOn::kFailure;
  world.Request("j1", retry);
  world.GetReady();
  const AttemptRef first{world.LastWorker(), {"j1"}, 1};
  world.Give(JobProgressed{first, std::make_shared<const SparkProgress>()});
  world.Give(JobFailed{first, "no"});
  EXPECT_EQ(ProgressOf(world, "j1"), nullptr);
}

}  // namespace
}  // namespace mist
