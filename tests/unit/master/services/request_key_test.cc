// Requests that come twice, and requests that come together.
#include <future>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/jobs.h"
#include "tests/unit/master/services/services_world.h"

namespace mist {
namespace {

using testing::Ended;
using testing::MakeFunction;
using testing::RefusalOf;
using testing::ServicesWorld;

// A broker that makes every job durable, and ends it when somebody waits for that.
struct KeyWorld : ServicesWorld {
  KeyWorld() {
    std::ignore = functions.Create(MakeFunction("f"));
    broker.SetScript([this](const Input& input) {
      if (const auto* request = std::get_if<JobRequested>(&input)) Accept(*request);
      if (const auto* wait = std::get_if<WaitRequested>(&input)) {
        callers.Deliver({wait->on_ended, JobEnded{AsFinished(*store.FindJob(wait->job)), ""}});
      }
    });
  }

  void Accept(const JobRequested& request) {
    Job job = request.job;
    job.state = JobState::kQueued;
    store.Write({InsertJob{job}});
    if (request.on_accepted) callers.Deliver({*request.on_accepted, JobAccepted{job.id}});
    if (request.on_ended) callers.Deliver({*request.on_ended, JobEnded{AsFinished(job), ""}});
  }

  static std::shared_ptr<const Job> AsFinished(const Job& job) {
    return Ended(job, JobState::kFinished, "1");
  }

  std::size_t Started() { return broker.InputsOf<JobRequested>().size(); }
};

StartJob Call(const std::string& key, const std::string& arguments = R"({"n":1})",
              Timeout kept = {}) {
  StartJob call;
  call.function = FunctionName{"f"};
  call.arguments = JsonText{arguments};
  if (!key.empty()) call.key = RequestKey{key, kept};
  return call;
}

// Or it would run again: a master that is killed before the commit knows nothing of its key.
TEST(RequestKeyTest, AJobWithAKeyIsDurableBeforeItRuns) {
  KeyWorld world;
  std::ignore = world.jobs.StartAndWait(Call("k"));
  std::ignore = world.jobs.StartAndWait(Call(""));
  const auto requests = world.broker.InputsOf<JobRequested>();
  EXPECT_FALSE(requests.at(0).dispatch_before_commit);
  EXPECT_TRUE(requests.at(1).dispatch_before_commit);
}

TEST(RequestKeyTest, ARepeatedRequestGetsTheFirstJob) {
  KeyWorld world;
  const auto first = std::get<JobId>(world.jobs.Start(Call("k")));
  EXPECT_EQ(std::get<JobId>(world.jobs.Start(Call("k"))), first);
  EXPECT_EQ(world.Started(), 1U);
  EXPECT_NE(std::get<JobId>(world.jobs.Start(Call("other"))), first);
  EXPECT_NE(std::get<JobId>(world.jobs.Start(Call(""))), first);
}

TEST(RequestKeyTest, ARepeatedCallerWaitsForTheFirstJob) {
  KeyWorld world;
  const auto first = std::get<EndedJob>(world.jobs.StartAndWait(Call("k")));
  const auto second = std::get<EndedJob>(world.jobs.StartAndWait(Call("k")));
  EXPECT_EQ(second.job->id, first.job->id);
  EXPECT_EQ(second.job->result, JsonText{"1"});
  EXPECT_EQ(world.Started(), 1U);
}

TEST(RequestKeyTest, AKeyIsNotTakenForAnotherCall) {
  KeyWorld world;
  const auto first = std::get<JobId>(world.jobs.Start(Call("k")));
  const Refusal refusal = RefusalOf(world.jobs.Start(Call("k", R"({"n":2})")));
  EXPECT_EQ(refusal.kind, Refusal::Kind::kConflict);
  EXPECT_NE(refusal.message.find(first.value), std::string::npos);
}

TEST(RequestKeyTest, AKeyIsForgottenAfterItsTime) {
  KeyWorld world;
  const auto first = std::get<JobId>(world.jobs.Start(Call("k")));
  const auto second = std::get<JobId>(
      world.jobs.Start(Call("k", R"({"n":2})", Timeout(std::chrono::nanoseconds(0)))));
  EXPECT_NE(second, first);
  EXPECT_EQ(world.store.FindJobByKey("k")->id, second);
}

TEST(RequestKeyTest, RequestsAtOnceStartOneJob) {
  KeyWorld world;
  std::vector<std::future<Outcome<JobId>>> callers;
  for (int i = 0; i < 8; ++i) {
    callers.push_back(
        std::async(std::launch::async, [&world] { return world.jobs.Start(Call("k")); }));
  }
  std::set<std::string> ids;
  for (auto& caller : callers) ids.insert(std::get<JobId>(caller.get()).value);
  EXPECT_EQ(ids.size(), 1U);
  EXPECT_EQ(world.Started(), 1U);
}

TEST(RequestKeyTest, ManyRequestsAreAnsweredInTheirOrder) {
  KeyWorld world;
  const auto outcomes =
      world.jobs.StartAll({Call("a"), Call("", R"({"n":"x"})"), Call("b"), Call("a"), Call("")});
  const auto requested = world.broker.InputsOf<JobRequested>();
  ASSERT_EQ(outcomes.size(), 5U);
  ASSERT_EQ(requested.size(), 3U);
  EXPECT_EQ(std::get<JobId>(outcomes[0]), requested[0].job.id);
  EXPECT_EQ(RefusalOf(outcomes[1]).kind, Refusal::Kind::kInvalid);
  EXPECT_EQ(std::get<JobId>(outcomes[2]), requested[1].job.id);
  EXPECT_EQ(std::get<JobId>(outcomes[3]), requested[0].job.id);
  EXPECT_EQ(std::get<JobId>(outcomes[4]), requested[2].job.id);
}

}  // namespace
}  // namespace mist
