// Searches and courses of jobs, for every Store.
#include <string>
#include <utility>
#include <vector>

#include "tests/support/jobs.h"
#include "tests/unit/master/store/store_conformance.h"

namespace mist::testing {
namespace {

std::vector<JobId> Find(Store& store, const JobFilter& filter) {
  JobQuery query;
  query.filter = filter;
  std::vector<JobId> ids;
  for (const Job& job : store.ListJobs(query).jobs) ids.push_back(job.id);
  return ids;
}

JobId Insert(Store& store, Job job) {
  const JobId id = job.id;
  store.Write({InsertJob{std::move(job)}});
  return id;
}

using Ids = std::vector<JobId>;

TEST_P(StoreConformanceTest, FindsJobsByNamesAndPatterns) {
  Job job = MakeJob("hello-mist");
  job.context = ContextName{"fast"};
  job.source = Trigger::kKafka;
  const JobId first = Insert(*store_, job);
  job = MakeJob("hello-java");
  job.context = ContextName{"slow"};
  job.source = Trigger::kHttp;
  const JobId second = Insert(*store_, job);
  store_->Write({AssignWorker{second, JobState::kQueued, 1, {"slow_1"}}});

  EXPECT_EQ(Find(*store_, {.functions = {"hello*"}}), (Ids{second, first}));
  EXPECT_EQ(Find(*store_, {.functions = {"hello-mist"}}), Ids{first});
  EXPECT_EQ(Find(*store_, {.functions = {"x", "*java"}}), Ids{second});
  EXPECT_EQ(Find(*store_, {.functions = {"hello"}}), Ids{});
  EXPECT_EQ(Find(*store_, {.contexts = {"f?st"}}), Ids{first});
  EXPECT_EQ(Find(*store_, {.workers = {"slow_*"}}), Ids{second});
  EXPECT_EQ(Find(*store_, {.workers = {"slow_1"}}), Ids{second});
  EXPECT_EQ(Find(*store_, {.sources = {Trigger::kKafka, Trigger::kMqtt}}), Ids{first});
  EXPECT_EQ(Find(*store_, {.functions = {"hello*"}, .contexts = {"slow"}}), Ids{second});
}

TEST_P(StoreConformanceTest, FindsJobsByTheTimeOfTheirCreation) {
  Job job = MakeJob();
  const WallTime before = job.created;
  const JobId first = Insert(*store_, job);
  job = MakeJob();
  job.created = before + std::chrono::hours(1);
  job.id.value = "ffffffff-ffff-4fff-8fff-ffffffffffff";  // placed by its creation
  const JobId later = Insert(*store_, job);
  EXPECT_EQ(Find(*store_, {.since = before}), (Ids{later, first}));
  EXPECT_EQ(Find(*store_, {.since = before + Millis(1)}), Ids{later});
  EXPECT_EQ(Find(*store_, {.since = job.created}), Ids{later});
  EXPECT_EQ(Find(*store_, {.until = job.created}), Ids{first});
  EXPECT_EQ(Find(*store_, {.until = before}), Ids{});
}

TEST_P(StoreConformanceTest, FindsTextInWhatAJobWasGivenAndWhyItFailed) {
  Job job = MakeJob();
  job.arguments = JsonText{R"({"city":"Berlin"})"};
  job.external_id = "order-17";
  const JobId first = Insert(*store_, job);
  job = MakeJob();
  job.state = JobState::kFailed;
  job.result = JsonText{R"("java.lang.OutOfMemoryError: heap")"};
  const JobId failed = Insert(*store_, job);
  job = MakeJob();
  job.state = JobState::kFinished;
  job.result = JsonText{R"("outofmemory")"};
  Insert(*store_, job);

  EXPECT_EQ(Find(*store_, {.text = "BERLIN"}), Ids{first});
  EXPECT_EQ(Find(*store_, {.text = "Order-1"}), Ids{first});
  EXPECT_EQ(Find(*store_, {.text = first.value.substr(20)}), Ids{first});
  EXPECT_EQ(Find(*store_, {.text = "outofmemory"}), Ids{failed});
  EXPECT_EQ(Find(*store_, {.text = "no such text"}), Ids{});
}

TEST_P(StoreConformanceTest, ASearchGoesOnWhereItsPageEnds) {
  Ids expected;
  for (int i = 0; i < 5; ++i) expected.insert(expected.begin(), Insert(*store_, MakeJob("f")));
  JobQuery query;
  query.filter.functions = {"f*"};
  query.limit = 2;
  Ids found;
  for (int pages = 1;; ++pages) {
    const JobPage page = store_->ListJobs(query);
    EXPECT_EQ(page.total, std::nullopt);
    for (const Job& job : page.jobs) found.push_back(job.id);
    if (!page.next) break;
    ASSERT_LT(pages, 4);
    EXPECT_EQ(page.scanned_to, page.jobs.back().created);
    query.before = page.next;
  }
  EXPECT_EQ(found, expected);
}

TEST_P(StoreConformanceTest, ASearchIsWithinStatesAndFunctionOfTheList) {
  const JobId queued = Insert(*store_, MakeJob("f"));
  Job job = MakeJob("f");
  job.state = JobState::kFinished;
  Insert(*store_, job);
  Insert(*store_, MakeJob("g"));
  JobQuery query;
  query.function = FunctionName{"f"};
  query.states = {JobState::kQueued};
  query.filter.contexts = {"*"};
  const JobPage page = store_->ListJobs(query);
  ASSERT_EQ(page.jobs.size(), 1U);
  EXPECT_EQ(page.jobs[0].id, queued);
}

TEST_P(StoreConformanceTest, KeepsTheCourseOfAJob) {
  using Kind = JobEvent::Kind;
  const Job job = MakeJob();
  const auto at = [](int millis) { return FromEpochMillis(millis); };
  const WorkerId worker{"w \"1\"\n"};
  MoveJob start{job.id, JobState::kQueued, JobState::kStarted, 1, {}, at(30)};
  MoveJob cancel{job.id, JobState::kQueued, JobState::kCancelling, 2};
  cancel.time = at(50);
  cancel.reason = "user request";
  MoveJob end{job.id, JobState::kCancelling, JobState::kCancelled, 2, {}, {}, at(60)};
  store_->Write({InsertJob{job}, AssignWorker{job.id, JobState::kQueued, 1, worker, at(20)}, start,
                 RequeueJob{job.id, JobState::kStarted, 1, at(40), "worker lost:\n  no ü"},
                 AssignWorker{job.id, JobState::kQueued, 2, {"w2"}, at(45), at(42)}, cancel, end});
  const std::vector<JobStep> expected = {
      {Kind::kQueued, job.created, 0},
      {Kind::kWorkerAssigned, at(20), 1, worker},
      {Kind::kStarted, at(30), 1},
      {Kind::kQueued, at(40), 1, {}, "worker lost:\n  no ü"},
      {Kind::kWorkerAssigned, at(45), 2, WorkerId{"w2"}, {}, at(42)},
      {Kind::kCancelling, at(50), 2, {}, "user request"},
      {Kind::kCancelled, at(60), 2}};
  EXPECT_EQ(store_->JobCourse(job.id), expected);
  EXPECT_EQ(store_->JobCourse({"nobody"}), std::vector<JobStep>());
}

TEST_P(StoreConformanceTest, TheCourseOfAWaitingJobHasBegun) {
  const Job job = MakeJob();
  store_->Write({InsertJob{job}});
  const std::vector<JobStep> expected = {{JobEvent::Kind::kQueued, job.created, 0}};
  EXPECT_EQ(store_->JobCourse(job.id), expected);
}

}  // namespace
}  // namespace mist::testing
