// Who cancels a job while nothing can be stored is told so at once, and once.
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/master/broker/broker_world.h"

namespace mist {
namespace {

using testing::BrokerWorld;

// `j1` runs and `j2` waits, in a context that runs one at a time.
struct FullDisk : BrokerWorld {
  FullDisk() {
    ContextConfig config = Context();
    config.max_jobs = 1;
    Start({ContextSaved{config}});
    Request("j1");
    GetReady();
    Request("j2");
    FillDisk();
  }

  std::vector<AnswerBody> AnswersTo(CallerId caller) const {
    std::vector<AnswerBody> found;
    for (const Answer& answer : Effects<Answer>()) {
      if (answer.caller == caller) found.push_back(answer.body);
    }
    return found;
  }

  // The text of the only answer. Empty: there is none, or another one.
  std::string RefusalOf(CallerId caller) const {
    const std::vector<AnswerBody> answers = AnswersTo(caller);
    if (answers.size() != 1) return {};
    const auto* refused = std::get_if<JobRefused>(&answers[0]);
    if (refused == nullptr || refused->reason != JobRefused::Reason::kDiskFull) return {};
    return refused->message;
  }
};

TEST(BrokerFullDiskTest, ACancelThatFindsTheDiskFullIsRefusedAndCarriedOutLater) {
  FullDisk world;
  world.Give(CancelRequested{{"j2"}, 7});
  EXPECT_EQ(world.RefusalOf(7),
            "The cancel of job j2 waits for room on the disk, and is lost if the master is started "
            "again before: no space left");
  EXPECT_EQ(world.JobOf("j2").state, JobState::kQueued);
  world.FreeDisk();
  world.Pass(Millis(2000));
  EXPECT_EQ(world.JobOf("j2").state, JobState::kCancelled);
  EXPECT_EQ(world.AnswersTo(7).size(), 1U);
}

TEST(BrokerFullDiskTest, TheWorkerHearsOfACancelOnlyWhenItIsStored) {
  FullDisk world;
  world.Give(CancelRequested{{"j1"}, 7});
  EXPECT_NE(world.RefusalOf(7), "");
  EXPECT_TRUE(world.Effects<SendCancel>().empty());
  world.FreeDisk();
  world.Pass(Millis(2000));
  EXPECT_EQ(world.Effects<SendCancel>().size(), 1U);
  world.Give(JobCancelled{{world.LastWorker(), {"j1"}, 1}});
  EXPECT_EQ(world.JobOf("j1").state, JobState::kCancelled);
  EXPECT_EQ(world.AnswersTo(7).size(), 1U);
}

TEST(BrokerFullDiskTest, WhenItIsKnownToBeFullACancelChangesNothing) {
  FullDisk world;
  world.Give(CancelRequested{{"j2"}, 7});
  world.Give(CancelRequested{{"j1"}, 8});
  world.Give(CancelRequested{{"j2"}, 9});
  EXPECT_EQ(world.RefusalOf(8),
            "Job j1 was not cancelled, since that cannot be stored: no space left");
  EXPECT_EQ(world.RefusalOf(9), "Job j2 ends already, which cannot be stored yet: no space left");
  world.FreeDisk();
  world.Pass(Millis(2000));
  EXPECT_TRUE(world.Effects<SendCancel>().empty());
  world.Give(JobFinished{{world.LastWorker(), {"j1"}, 1}, JsonText{"1"}});
  EXPECT_EQ(world.JobOf("j1").state, JobState::kFinished);
}

TEST(BrokerFullDiskTest, ACancelWhoseEndCannotBeStoredIsAnsweredToo) {
  FullDisk world;
  world.FreeDisk();
  world.Give(CancelRequested{{"j1"}, 7});
  world.FillDisk();
  world.Give(CancelRequested{{"j2"}, 8});
  EXPECT_NE(world.RefusalOf(8), "");
  EXPECT_TRUE(world.AnswersTo(7).empty());  // its cancel is stored, and its function runs on
  world.Give(JobCancelled{{world.LastWorker(), {"j1"}, 1}});
  world.Pass(Millis(1000));
  EXPECT_NE(world.RefusalOf(7), "");
}

TEST(BrokerFullDiskTest, WhoOnlyWaitsForAJobGoesOnWaiting) {
  FullDisk world;
  world.Give(WaitRequested{{"j2"}, 6});
  world.Give(CancelRequested{{"j2"}, 7});
  EXPECT_TRUE(world.AnswersTo(6).empty());
  world.FreeDisk();
  world.Pass(Millis(2000));
  ASSERT_EQ(world.AnswersTo(6).size(), 1U);
  EXPECT_EQ(std::get<JobEnded>(world.AnswersTo(6)[0]).job->state, JobState::kCancelled);
}

}  // namespace
}  // namespace mist
