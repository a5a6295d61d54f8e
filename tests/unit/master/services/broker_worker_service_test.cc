#include "master/services/broker_worker_service.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/unit/master/services/fake_broker.h"

namespace mist {
namespace {

struct WorkerWorld {
  void AnswerStop(AnswerBody body) {
    broker.SetScript([this, body](const Input& input) {
      callers.Deliver({*std::get<WorkerStopRequested>(input).caller, body});
    });
  }

  testing::FakeBroker broker;
  CallerTable callers;
  BrokerWorkerService workers{
      [] {
        return std::vector<WorkerInfo>{{WorkerId{"w1"}, {}, "", {}, {}}};
      },
      [](const WorkerId& id) { return std::optional<std::filesystem::path>("/logs/" + id.value); },
      broker, callers};
};

TEST(BrokerWorkerServiceTest, FindsReadyWorkersOnly) {
  WorkerWorld world;
  EXPECT_TRUE(world.workers.Find(WorkerId{"w1"}).has_value());
  EXPECT_FALSE(world.workers.Find(WorkerId{"w2"}).has_value());
}

TEST(BrokerWorkerServiceTest, StopTellsWhetherThereWasSuchAWorker) {
  WorkerWorld world;
  world.AnswerStop(WorkerStopped{});
  EXPECT_TRUE(world.workers.Stop(WorkerId{"w1"}));
  world.AnswerStop(NoSuchWorker{});
  EXPECT_FALSE(world.workers.Stop(WorkerId{"w2"}));
}

TEST(BrokerWorkerServiceTest, StopFailsWhenTheBrokerHasStopped) {
  WorkerWorld world;
  world.callers.Close();
  EXPECT_THROW(world.workers.Stop(WorkerId{"w1"}), Error);
}

}  // namespace
}  // namespace mist
