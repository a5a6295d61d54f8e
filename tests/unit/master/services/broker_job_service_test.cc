#include "master/services/broker_job_service.h"

#include <memory>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/support/jobs.h"
#include "tests/unit/master/services/services_world.h"

namespace mist {
namespace {

using testing::Ended;
using testing::MakeFunction;
using testing::RefusalOf;
using testing::SchemaWith;
using testing::ServicesWorld;

// A world with the function "f" (one Int argument "n") and a broker that accepts and finishes every
// job.
struct JobWorld : ServicesWorld {
  JobWorld() {
    std::ignore = functions.Create(MakeFunction("f"));
    AnswerJobs(JobState::kFinished, "3.14");
  }

  void AnswerJobs(JobState state, const std::string& result = "") {
    broker.SetScript([this, state, result](const Input& input) {
      const auto* request = std::get_if<JobRequested>(&input);
      if (request == nullptr) return;
      if (request->on_accepted)
        callers.Deliver({*request->on_accepted, JobAccepted{request->job.id}});
      if (request->on_ended) {
        callers.Deliver({*request->on_ended, JobEnded{Ended(request->job, state, result), "why"}});
      }
    });
  }

  void RefuseJobs(JobRefused::Reason reason) {
    broker.SetScript([this, reason](const Input& input) {
      const auto& request = std::get<JobRequested>(input);
      callers.Deliver({request.on_accepted.value_or(request.on_ended.value_or(0)),
                       JobRefused{reason, "because"}});
    });
  }

  void AnswerCancel(AnswerBody body) {
    broker.SetScript([this, body](const Input& input) {
      if (const auto* cancel = std::get_if<CancelRequested>(&input)) {
        callers.Deliver({*cancel->on_ended, body});
      }
    });
  }

  Job Store(Job job) {
    store.Write({InsertJob{job}});
    return job;
  }

  Job Requested() { return broker.InputsOf<JobRequested>().at(0).job; }
};

StartJob Call(const std::string& arguments = R"({"n":1})") {
  StartJob call;
  call.function = FunctionName{"f"};
  call.arguments = JsonText{arguments};
  return call;
}

Job JobIn(JobState state) {
  Job job = testing::MakeJob();
  job.state = state;
  return job;
}

TEST(BrokerJobServiceTest, StartReturnsTheIdThatTheBrokerAccepted) {
  JobWorld world;
  const auto id = std::get<JobId>(world.jobs.Start(Call()));
  EXPECT_EQ(id, world.Requested().id);
  EXPECT_EQ(id.value.size(), 36U);
}

TEST(BrokerJobServiceTest, TheBrokerGetsEverythingThatTheCallSays) {
  JobWorld world;
  StartJob call = Call();
  call.context = ContextName{"nobody-defined-it"};
  call.external_id = "e1";
  call.perform_timeout = std::chrono::seconds(5);
  call.source = Trigger::kKafka;
  std::ignore = world.jobs.Start(call);
  const Job job = world.Requested();
  EXPECT_EQ(job.context, ContextName{"nobody-defined-it"});
  EXPECT_EQ(job.external_id, "e1");
  EXPECT_EQ(job.perform_timeout, call.perform_timeout);
  EXPECT_EQ(job.source, Trigger::kKafka);
  EXPECT_EQ(job.arguments, call.arguments);
  EXPECT_EQ(job.state, JobState::kInitialized);
  EXPECT_GT(job.created, WallTime{});
}

TEST(BrokerJobServiceTest, EachRetrySettingOfTheCallWinsOverTheFunctions) {
  JobWorld world;
  FunctionConfig function = MakeFunction("f");
  function.retry = {3, RetryOn::kFailure, {}};
  std::ignore = world.functions.Update(function);
  StartJob call = Call();
  call.retry = {0, {}, std::chrono::seconds(7)};
  std::ignore = world.jobs.Start(call);
  EXPECT_EQ(world.Requested().retry,
            (RetrySettings{0, RetryOn::kFailure, std::chrono::seconds(7)}));
}

TEST(BrokerJobServiceTest, AJobTakesTheArtifactOfTheMoment) {
  JobWorld world;
  world.Upload("f.jar", "b");
  std::ignore = world.jobs.Start(Call());
  const FunctionCall call = world.Requested().call;
  EXPECT_EQ(call.artifact_name, "f.jar");
  EXPECT_EQ(call.artifact_sha256, "b");
  EXPECT_EQ(call.artifact_sha1, "sha1-of-b");
  EXPECT_EQ(call.artifact_bytes, 42);
  EXPECT_EQ(call.class_name, "Foo$");
}

TEST(BrokerJobServiceTest, WithoutAContextTheFunctionsDefaultIsUsed) {
  JobWorld world;
  std::ignore = world.jobs.Start(Call());
  EXPECT_EQ(world.Requested().context, ContextName{kDefaultContext});
}

TEST(BrokerJobServiceTest, StartAndWaitReturnsTheEndedJob) {
  JobWorld world;
  const auto ended = std::get<EndedJob>(world.jobs.StartAndWait(Call()));
  EXPECT_EQ(ended.job->result, JsonText{"3.14"});
  EXPECT_TRUE(world.broker.InputsOf<JobRequested>().at(0).dispatch_before_commit);
}

TEST(BrokerJobServiceTest, AFailedJobIsAnEndLikeAnyOther) {
  JobWorld world;
  world.AnswerJobs(JobState::kFailed, R"("boom")");
  const auto ended = std::get<EndedJob>(world.jobs.StartAndWait(Call()));
  EXPECT_EQ(ended.job->state, JobState::kFailed);
}

TEST(BrokerJobServiceTest, AnUnknownFunctionIsNotFound) {
  JobWorld world;
  StartJob call = Call();
  call.function = FunctionName{"unknown"};
  EXPECT_EQ(RefusalOf(world.jobs.Start(call)).kind, Refusal::Kind::kNotFound);
}

TEST(BrokerJobServiceTest, ArgumentsThatDoNotFitAreRefusedBeforeTheBrokerHears) {
  JobWorld world;
  const Refusal refusal = RefusalOf(world.jobs.Start(Call(R"({"n":"abc"})")));
  EXPECT_EQ(refusal.kind, Refusal::Kind::kInvalid);
  EXPECT_EQ(refusal.message, "Invalid field n:Invalid type: expected Int, got abc");
  EXPECT_EQ(refusal.legacy_class, "java.lang.IllegalArgumentException");
  EXPECT_TRUE(world.broker.InputsOf<JobRequested>().empty());
}

TEST(BrokerJobServiceTest, AContextNameThatCannotBeUsedIsRefused) {
  JobWorld world;
  StartJob call = Call();
  call.context = ContextName{"../x"};
  EXPECT_EQ(RefusalOf(world.jobs.Start(call)).kind, Refusal::Kind::kInvalid);
}

TEST(BrokerJobServiceTest, TheFunctionsOwnRulesAreAsked) {
  JobWorld world;
  world.inspector.Know("Strict$", SchemaWith({"n"}, /*has_validators=*/true));
  std::ignore = world.functions.Update(MakeFunction("f", "Strict$"));
  world.inspector.SetValidation(Validation{"Invalid value: Arg was rejected"});
  EXPECT_EQ(RefusalOf(world.jobs.Start(Call())).message, "Invalid value: Arg was rejected");
  world.inspector.SetValidation(Validation{});
  EXPECT_TRUE(std::holds_alternative<JobId>(world.jobs.Start(Call())));
}

TEST(BrokerJobServiceTest, FunctionsWithoutRulesDoNotNeedTheInspector) {
  JobWorld world;
  world.inspector.SetValidation(NoAnswer{ErrorCode::kUnavailable, "down"});
  world.inspector.Know("Foo$", NoAnswer{ErrorCode::kUnavailable, "down"});
  EXPECT_TRUE(std::holds_alternative<JobId>(world.jobs.Start(Call())));
}

TEST(BrokerJobServiceTest, SaysWhyTheBrokerRefuses) {
  JobWorld world;
  world.RefuseJobs(JobRefused::Reason::kQueueFull);
  EXPECT_EQ(RefusalOf(world.jobs.Start(Call())).kind, Refusal::Kind::kBusy);
  world.RefuseJobs(JobRefused::Reason::kShuttingDown);
  EXPECT_EQ(RefusalOf(world.jobs.StartAndWait(Call())).kind, Refusal::Kind::kUnavailable);
  world.RefuseJobs(JobRefused::Reason::kDiskFull);
  EXPECT_EQ(RefusalOf(world.jobs.Start(Call())).message, "because");
}

TEST(BrokerJobServiceTest, FindEndedReturnsWhenTheJobHasEndedOrTheTimeIsOver) {
  JobWorld world;
  const Job job = world.Store(JobIn(JobState::kQueued));
  world.broker.SetScript([&](const Input& input) {
    const auto& wait = std::get<WaitRequested>(input);
    MoveJob end;
    end.id = wait.job;
    end.from = JobState::kQueued;
    end.to = JobState::kFinished;
    world.store.Write({end});
    const auto ended = std::make_shared<const Job>(*world.store.FindJob(wait.job));
    world.callers.Deliver({wait.on_ended, JobEnded{ended, ""}});
  });
  EXPECT_EQ(world.jobs.FindEnded(job.id, {})->state, JobState::kFinished);
  EXPECT_EQ(world.jobs.FindEnded(job.id, {})->state, JobState::kFinished);  // nobody is asked
  EXPECT_EQ(world.broker.InputsOf<WaitRequested>().size(), 1U);
  EXPECT_EQ(world.jobs.FindEnded({"none"}, {}), std::nullopt);
  const Job running = world.Store(JobIn(JobState::kStarted));
  world.broker.SetScript([](const Input&) {});
  EXPECT_EQ(world.jobs.FindEnded(running.id, Millis(1))->state, JobState::kStarted);
}

TEST(BrokerJobServiceTest, ACallerThatHasWaitedForTooLongIsToldTheJob) {
  JobWorld world;
  world.broker.SetScript([](const Input&) {});
  BrokerJobService hurried{
      world.functions, world.contexts, world.inspector, world.store,
      world.broker,    world.callers,  SystemClock(),   {.longest_wait = Millis(1)}};
  const Refusal refusal = RefusalOf(hurried.StartAndWait(Call()));
  EXPECT_EQ(refusal.kind, Refusal::Kind::kUnavailable);
  EXPECT_NE(refusal.message.find(world.Requested().id.value), std::string::npos);
}

TEST(BrokerJobServiceTest, ACallerThatWaitsIsToldTheJobWhenTheBrokerStops) {
  JobWorld world;
  world.broker.SetScript([&](const Input&) { world.callers.Close(); });
  const Refusal refusal = RefusalOf(world.jobs.StartAndWait(Call()));
  EXPECT_EQ(refusal.kind, Refusal::Kind::kUnavailable);
  EXPECT_NE(refusal.message.find(world.Requested().id.value), std::string::npos);
}

TEST(BrokerJobServiceTest, CancelReturnsTheCancelledJob) {
  JobWorld world;
  const Job job = world.Store(JobIn(JobState::kQueued));
  world.AnswerCancel(JobEnded{Ended(job, JobState::kCancelled), "user request"});
  const auto ended = std::get<EndedJob>(world.jobs.Cancel(job.id));
  EXPECT_EQ(ended.job->state, JobState::kCancelled);
  EXPECT_EQ(ended.cancel_reason, "user request");
}

TEST(BrokerJobServiceTest, CancelOfAnUnknownJobIsNotFound) {
  JobWorld world;
  EXPECT_EQ(RefusalOf(world.jobs.Cancel(JobId{"none"})).kind, Refusal::Kind::kNotFound);
}

TEST(BrokerJobServiceTest, CancelOfAnEndedJobReturnsItUnchanged) {
  JobWorld world;
  const Job job = world.Store(JobIn(JobState::kFinished));
  EXPECT_EQ(std::get<EndedJob>(world.jobs.Cancel(job.id)).job->state, JobState::kFinished);
  EXPECT_TRUE(world.broker.InputsOf<CancelRequested>().empty());
}

TEST(BrokerJobServiceTest, AJobThatFinishesInSpiteOfItsCancelIsAConflict) {
  JobWorld world;
  const Job job = world.Store(JobIn(JobState::kStarted));
  world.AnswerCancel(JobEnded{Ended(job, JobState::kFinished, "1"), ""});
  const Refusal refusal = RefusalOf(world.jobs.Cancel(job.id));
  EXPECT_EQ(refusal.message, "Job " + job.id.value + " was completed");
  EXPECT_EQ(refusal.legacy_class, "java.lang.IllegalStateException");
}

TEST(BrokerJobServiceTest, CancelTellsThatTheWorkerWasLost) {
  JobWorld world;
  const Job job = world.Store(JobIn(JobState::kStarted));
  world.AnswerCancel(JobEnded{Ended(job, JobState::kFailed, R"("Executor was terminated")"), ""});
  EXPECT_EQ(RefusalOf(world.jobs.Cancel(job.id)).message, "Executor was terminated");
}

TEST(BrokerJobServiceTest, AJobThatEndsWhileItsCancelIsOnTheWayIsReturned) {
  JobWorld world;
  const Job job = world.Store(JobIn(JobState::kStarted));
  world.broker.SetScript([&](const Input& input) {
    world.store.Write({MoveJob{
        job.id, JobState::kStarted, JobState::kFinished, job.attempt, {}, {}, {}, JsonText{"1"}}});
    world.callers.Deliver({*std::get<CancelRequested>(input).on_ended, NoSuchJob{}});
  });
  EXPECT_EQ(std::get<EndedJob>(world.jobs.Cancel(job.id)).job->state, JobState::kFinished);
}

TEST(BrokerJobServiceTest, CancelOfAJobThatNobodyWorksOnIsAConflict) {
  JobWorld world;
  Job known = JobIn(JobState::kStarted);
  known.context = ContextName{kDefaultContext};
  Job unknown = JobIn(JobState::kStarted);
  unknown.context = ContextName{"gone"};
  world.Store(known);
  world.Store(unknown);
  world.AnswerCancel(NoSuchJob{});
  EXPECT_EQ(RefusalOf(world.jobs.Cancel(known.id)).message, "Unknown job: " + known.id.value);
  EXPECT_EQ(RefusalOf(world.jobs.Cancel(unknown.id)).message,
            "Can't cancel job on stopped/unknown context");
}

}  // namespace
}  // namespace mist
