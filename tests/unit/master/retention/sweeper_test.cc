#include "master/retention/sweeper.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/ids.h"
#include "tests/support/jobs.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_folder.h"

namespace mist::testing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Files have the real time, so everything happens around now.
class MovedClock : public Clock {
 public:
  MonoTime Mono() const override { return SystemClock().Mono() + moved_; }
  WallTime Wall() const override { return SystemClock().Wall() + moved_; }
  void Move(Millis by) { moved_ += by; }

 private:
  Millis moved_{0};
};

// Takes events as soon as it is let.
class GatedSink : public EventSink {
 public:
  void Deliver(std::span<const JobEvent> events) override {
    MutexLock lock(mu_);
    if (!open_) throw Error(ErrorCode::kUnavailable, "away");
    taken_ += events.size();
    changed_.NotifyAll();
  }
  void Deliver(const WrittenLines&) override {}
  void Cancel() override {}

  void Open() {
    MutexLock lock(mu_);
    open_ = true;
  }
  void Await(std::size_t count) {
    MutexLock lock(mu_);
    changed_.Wait(mu_, [&]() REQUIRES(mu_) { return taken_ >= count; });
  }

 private:
  Mutex mu_;
  CondVar changed_;
  bool open_ GUARDED_BY(mu_) = false;
  std::size_t taken_ GUARDED_BY(mu_) = 0;
};

class SweeperTest : public ::testing::Test {
 protected:
  SweeperTest()
      : logs_({.folder = folder_.Path() / "logs"}),
        artifacts_({.folder = folder_.Path() / "artifacts", .max_artifact_bytes = 1 << 20}, store_,
                   clock_) {}

  JobId AddJob(JobState state = JobState::kFinished) {
    Job job = MakeJob();
    job.created = clock_.Wall();
    job.id = {NewUuid7(job.created)};
    job.state = state;
    if (state == JobState::kFinished) job.ended = job.created;
    const JobId id = job.id;
    store_.Write({InsertJob{std::move(job)}});
    return id;
  }

  JobId AddLoggedJob(JobState state = JobState::kFinished, std::size_t bytes = 10) {
    JobId id = AddJob(state);
    AddLog(id, bytes);
    return id;
  }

  void AddLog(const JobId& id, std::size_t bytes) {
    Mutex mu;
    CondVar changed;
    bool written = false;
    logs_.Append(id, {{clock_.Wall(), LogLevel::kInfo, std::string(bytes, 'x'), {}}},
                 [&](const LogWrite&) {
                   MutexLock lock(mu);
                   written = true;
                   changed.NotifyAll();
                 });
    MutexLock lock(mu);
    changed.Wait(mu, [&] { return written; });
  }

  void AddEvent(EventNumber number, const JobId& job = {"j"}) {
    const EventRecord event{number, JobEvent::Kind::kQueued, clock_.Wall(), job, {}};
    store_.Write({AppendEvents{{event}}});
  }

  void Publish(EventFeed& feed, EventNumber number, const JobId& id) {
    AddEvent(number, id);
    feed.Publish({number, JobEvent::Kind::kQueued, clock_.Wall(),
                  std::make_shared<const Job>(*store_.FindJob(id))});
  }

  std::string Upload(const std::string& name, const std::string& contents) {
    const auto upload = artifacts_.BeginUpload(name);
    EXPECT_EQ(upload->Write(contents), WriteOutcome::kTaken);
    return upload->Finish(Overwrite::kYes).artifact.sha256;
  }

  bool IsThere(const JobId& id) { return store_.FindJob(id).has_value(); }
  bool HasLog(const JobId& id) { return logs_.Size(id) > 0; }
  EventNumber FirstEvent() { return store_.EventsAfter(0, 1).at(0).number; }

  std::unique_ptr<Sweeper> Make(const SweeperOptions& options) {
    return std::make_unique<Sweeper>(options, store_, logs_, artifacts_, clock_);
  }

  SweepCounts Sweep(const SweeperOptions& options) {
    const auto sweeper = Make(options);
    sweeper->Sweep();
    return sweeper->Counts();
  }

  TempFolder folder_;
  MovedClock clock_;
  MemoryStore store_;
  JobLogs logs_;
  ArtifactRepository artifacts_;
};

TEST_F(SweeperTest, TakesNothingWithoutLimits) {
  const JobId job = AddLoggedJob();
  AddEvent(1);
  AddEvent(2);
  Upload("a.jar", "old");
  Upload("a.jar", "new");
  clock_.Move(hours(24 * 365));
  EXPECT_EQ(Sweep({}), SweepCounts{});
  EXPECT_TRUE(IsThere(job) && HasLog(job));
}

// ---- jobs ---------------------------------------------------------------------------------------

TEST_F(SweeperTest, TakesJobsThatEndedLongAgoWithTheirLogs) {
  const JobId old = AddLoggedJob();
  clock_.Move(hours(2));
  const JobId recent = AddLoggedJob();
  const SweepCounts taken = Sweep({.jobs = {.age = hours(1)}});
  EXPECT_FALSE(IsThere(old));
  EXPECT_FALSE(HasLog(old));
  EXPECT_TRUE(IsThere(recent) && HasLog(recent));
  EXPECT_EQ(taken.jobs, 1);
  EXPECT_EQ(taken.logs, 1);
  EXPECT_GT(taken.bytes, 10);
}

TEST_F(SweeperTest, CountsAJobsAgeFromItsEnd) {
  Job job = MakeJob();
  job.created = clock_.Wall();
  job.id = {NewUuid7(job.created)};
  job.state = JobState::kFailed;
  job.ended = clock_.Wall() + hours(3);
  store_.Write({InsertJob{job}});
  clock_.Move(hours(3) + minutes(30));
  Sweep({.jobs = {.age = hours(1)}});
  EXPECT_TRUE(IsThere(job.id));
}

TEST_F(SweeperTest, NeverTakesALiveJob) {
  std::vector<JobId> live;
  for (const JobState state : {JobState::kInitialized, JobState::kQueued, JobState::kDownloading,
                               JobState::kStarted, JobState::kCancelling}) {
    live.push_back(AddLoggedJob(state));
  }
  clock_.Move(hours(24));
  Sweep({.jobs = {.age = hours(1), .count = 0, .bytes = -1},
         .logs = {.age = hours(1), .count = 0, .bytes = 0}});
  for (const JobId& id : live) EXPECT_TRUE(IsThere(id) && HasLog(id));
}

TEST_F(SweeperTest, TakesTheOldestJobsBeyondTheCount) {
  std::vector<JobId> jobs;
  for (int i = 0; i < 25; ++i) jobs.push_back(AddJob());
  clock_.Move(minutes(2));
  EXPECT_EQ(Sweep({.jobs = {.count = 5}, .step = 4}).jobs, 20);
  for (std::size_t i = 0; i < jobs.size(); ++i) EXPECT_EQ(IsThere(jobs[i]), i >= 20) << i;
}

TEST_F(SweeperTest, LeavesJobsThatHaveJustEndedToTheirCallers) {
  const JobId job = AddJob();
  const auto sweeper = Make({.jobs = {.count = 0}});
  sweeper->Sweep();
  EXPECT_TRUE(IsThere(job));
  clock_.Move(minutes(1));
  sweeper->Sweep();
  EXPECT_FALSE(IsThere(job));
}

TEST_F(SweeperTest, KeepsJobsWhoseEventsASinkDoesNotHave) {
  EventFeed feed({}, store_);
  GatedSink sink;
  EventSender sender({.sink = "s", .first_backoff = Millis(1), .max_backoff = Millis(1)}, feed,
                     store_, sink);
  sender.Start();
  const JobId job = AddJob();
  Publish(feed, 1, job);
  clock_.Move(hours(2));
  const SweeperOptions options{.jobs = {.age = hours(1)}, .events = {.age = hours(1)}};
  const auto sweeper = Make(options);
  sweeper->AddSink(sender);
  sweeper->Sweep();
  EXPECT_TRUE(IsThere(job));
  EXPECT_EQ(FirstEvent(), 1);

  sink.Open();
  sink.Await(1);
  sender.Stop(MonoTime::max());
  sweeper->Sweep();
  EXPECT_FALSE(IsThere(job));
}

TEST_F(SweeperTest, TakesNoJobsWhileASinkIsTooFarBehind) {
  EventFeed feed({}, store_);
  GatedSink sink;
  EventSender sender({.sink = "s"}, feed, store_, sink);
  sender.Start();
  const JobId job = AddJob();
  for (EventNumber number = 1; number <= 5; ++number) AddEvent(number);
  clock_.Move(hours(2));
  const auto sweeper = Make({.jobs = {.age = hours(1)}, .max_lag = 4});
  sweeper->AddSink(sender);
  sweeper->Sweep();
  EXPECT_TRUE(IsThere(job));
}

// ---- logs ---------------------------------------------------------------------------------------

TEST_F(SweeperTest, TakesLogsAndLeavesTheirJobs) {
  const JobId job = AddLoggedJob();
  clock_.Move(hours(2));
  EXPECT_EQ(Sweep({.logs = {.age = hours(1)}}).logs, 1);
  EXPECT_TRUE(IsThere(job));
  EXPECT_FALSE(HasLog(job));
}

TEST_F(SweeperTest, TakesTheOldestLogsBeyondTheSize) {
  std::vector<JobId> jobs;
  for (int i = 0; i < 4; ++i) jobs.push_back(AddLoggedJob(JobState::kFinished, 1000));
  const std::int64_t newest = logs_.Size(jobs[3]) + logs_.Size(jobs[2]);
  clock_.Move(minutes(2));
  EXPECT_EQ(Sweep({.logs = {.bytes = newest}}).logs, 2);
  EXPECT_EQ(Sweep({.logs = {.bytes = newest - 1}}).logs, 1);
  EXPECT_TRUE(HasLog(jobs[3]));
}

TEST_F(SweeperTest, TakesALogThatACrashHasLeftWithoutItsJob) {
  AddLog({"gone"}, 10);
  const JobId job = AddLoggedJob();
  clock_.Move(hours(2));
  EXPECT_EQ(Sweep({.jobs = {.age = hours(24)}}).logs, 1);
  EXPECT_FALSE(HasLog({"gone"}));
  EXPECT_TRUE(HasLog(job));
}

// ---- events -------------------------------------------------------------------------------------

TEST_F(SweeperTest, TakesOldEventsAndKeepsTheNewest) {
  for (EventNumber number = 1; number <= 10; ++number) AddEvent(number);
  clock_.Move(hours(2));
  EXPECT_EQ(Sweep({.events = {.age = hours(1)}, .step = 3}).events, 9);
  EXPECT_EQ(FirstEvent(), 10);
  EXPECT_EQ(store_.LastEvent(), 10);
}

TEST_F(SweeperTest, TakesEventsBeyondCountAndSize) {
  for (EventNumber number = 1; number <= 10; ++number) AddEvent(number);
  EXPECT_EQ(Sweep({.events = {.count = 7}}).events, 3);
  const std::int64_t bytes = store_.EventBatchesAfter(0, 1).at(0).bytes;
  EXPECT_EQ(Sweep({.events = {.bytes = 2 * bytes}}).events, 5);
  EXPECT_EQ(FirstEvent(), 9);
}

TEST_F(SweeperTest, LearnsOfEventsBetweenSweeps) {
  const auto sweeper = Make({.events = {.count = 2}});
  for (EventNumber number = 1; number <= 6; ++number) {
    AddEvent(number);
    sweeper->Sweep();
  }
  EXPECT_EQ(FirstEvent(), 5);
  EXPECT_EQ(sweeper->Counts().events, 4);
}

// ---- the outbox ---------------------------------------------------------------------------------

class OutboxTest : public SweeperTest {
 protected:
  OutboxTest() {
    sender_.Start();
    job_ = AddJob();
  }

  void AwaitThrough(EventNumber number) {
    while (sender_.Through() < number) std::this_thread::yield();
  }

  // What the store knows once everything that was submitted before is written.
  std::optional<EventNumber> Cursor() {
    store_.Write({});
    return store_.SinkCursor("s");
  }

  EventFeed feed_{{}, store_};
  GatedSink sink_;
  EventSender sender_{
      {.sink = "s", .first_backoff = Millis(1), .max_backoff = Millis(1)}, feed_, store_, sink_};
  JobId job_;
};

TEST_F(OutboxTest, DropsEventsThatWaitTooLongAndCountsThem) {
  for (EventNumber number = 1; number <= 3; ++number) Publish(feed_, number, job_);
  clock_.Move(hours(2));
  Publish(feed_, 4, job_);
  const auto sweeper = Make({.outbox = {.age = hours(1)}});
  sweeper->AddSink(sender_);
  sweeper->Sweep();
  AwaitThrough(3);
  sink_.Open();
  sink_.Await(1);
  sender_.Stop(MonoTime::max());
  EXPECT_EQ(sender_.Counts().dropped_events, 3U);
  EXPECT_EQ(sender_.Counts().events, 1U);
  EXPECT_EQ(Cursor(), 4);
}

TEST_F(OutboxTest, DropsTheOldestEventsBeyondTheSize) {
  for (EventNumber number = 1; number <= 5; ++number) Publish(feed_, number, job_);
  const std::int64_t one = store_.EventBatchesAfter(0, 1).at(0).bytes;
  const auto sweeper = Make({.outbox = {.bytes = 2 * one}});
  sweeper->AddSink(sender_);
  sweeper->Sweep();
  AwaitThrough(3);
  EXPECT_EQ(sender_.Counts().dropped_events, 3U);
}

TEST_F(OutboxTest, DropsNothingThatTheSinkHas) {
  sink_.Open();
  for (EventNumber number = 1; number <= 5; ++number) Publish(feed_, number, job_);
  sink_.Await(5);
  AwaitThrough(5);
  clock_.Move(hours(2));
  const auto sweeper = Make({.outbox = {.age = hours(1), .bytes = 1}});
  sweeper->AddSink(sender_);
  sweeper->Sweep();
  sender_.Stop(MonoTime::max());
  EXPECT_EQ(sender_.Counts().dropped_events, 0U);
}

// ---- keys ---------------------------------------------------------------------------------------

TEST_F(SweeperTest, ForgetsKeysOfEndedJobsByTheirKind) {
  const auto add = [this](const std::string& key, JobState state) {
    Job job = MakeJob();
    job.created = clock_.Wall();
    job.request_key = key;
    job.state = state;
    store_.Write({InsertJob{job}});
  };
  add("http:f:1", JobState::kFinished);
  add("http:f:2", JobState::kStarted);
  add("kafka:t/0/1", JobState::kFinished);
  clock_.Move(hours(25));
  add("http:f:3", JobState::kFinished);
  EXPECT_EQ(Sweep({.http_keys = {.age = hours(24)}, .step = 1}).keys, 1);
  EXPECT_FALSE(store_.FindJobByKey("http:f:1"));
  EXPECT_TRUE(store_.FindJobByKey("http:f:2"));
  EXPECT_TRUE(store_.FindJobByKey("http:f:3"));
  EXPECT_TRUE(store_.FindJobByKey("kafka:t/0/1"));
  EXPECT_EQ(Sweep({.other_keys = hours(1)}).keys, 1);
  EXPECT_FALSE(store_.FindJobByKey("kafka:t/0/1"));
}

// Twelve keys of ten bytes each: of messages, of a job that runs, of ended ones from 0 on, and of
// one that has only just been asked for.
class SweeperKeysTest : public SweeperTest {
 protected:
  SweeperKeysTest() {
    Add("kafka:t/01", JobState::kFinished);
    Add("http:f:run", JobState::kStarted);
    // The order of the keys is not that of the jobs.
    for (int i = 0; i < 9; ++i) Add("http:f:00" + std::to_string((i + 5) % 9), JobState::kFailed);
    clock_.Move(hours(1));
    Add("http:f:new", JobState::kFinished);
  }

  void Add(const std::string& key, JobState state) {
    clock_.Move(minutes(2));
    Job job = MakeJob();
    job.created = clock_.Wall();
    job.request_key = key;
    job.state = state;
    store_.Write({InsertJob{job}});
    if (state == JobState::kFailed) ended_.push_back(key);
  }

  // How many of the ended ones are forgotten, which are the oldest.
  std::size_t Forgotten() {
    std::size_t forgotten = 0;
    while (forgotten < ended_.size() && !store_.FindJobByKey(ended_[forgotten])) ++forgotten;
    for (std::size_t i = forgotten; i < ended_.size(); ++i)
      EXPECT_TRUE(store_.FindJobByKey(ended_[i])) << i;
    for (const char* key : {"kafka:t/01", "http:f:run", "http:f:new"})
      EXPECT_TRUE(store_.FindJobByKey(key)) << key;
    return forgotten;
  }

  std::vector<std::string> ended_;  // oldest first
};

TEST_F(SweeperKeysTest, ForgetsTheOldestBeyondACount) {
  EXPECT_EQ(Sweep({.http_keys = {.count = 11}}).keys, 0);
  EXPECT_EQ(Sweep({.http_keys = {.count = 7}, .step = 3}).keys, 4);
  EXPECT_EQ(Forgotten(), 4U);
  EXPECT_EQ(Sweep({.http_keys = {.count = 7}}).keys, 0);
}

TEST_F(SweeperKeysTest, ForgetsTheOldestBeyondASize) {
  EXPECT_EQ(Sweep({.http_keys = {.bytes = 110}}).keys, 0);
  EXPECT_EQ(Sweep({.http_keys = {.bytes = 85}, .step = 2}).keys, 3);
  EXPECT_EQ(Forgotten(), 3U);
}

TEST_F(SweeperKeysTest, KeepsThoseOfLiveJobsAndOfTheLastMinuteAndOfMessages) {
  EXPECT_EQ(Sweep({.http_keys = {.count = 0, .bytes = 0}}).keys, 9);
  EXPECT_EQ(Forgotten(), 9U);
}

// ---- contents of artifacts ----------------------------------------------------------------------

TEST_F(SweeperTest, TakesContentsThatNobodyNamesWhenItHasSeenThemTwice) {
  const std::string old = Upload("a.jar", "old");
  const std::string now = Upload("a.jar", "new");
  store_.Write({SaveSchema{old, "Foo$", {}}, SaveSchema{now, "Foo$", {}}});
  clock_.Move(hours(2));
  const auto sweeper = Make({.contents = {.age = hours(1)}});
  sweeper->Sweep();
  EXPECT_TRUE(artifacts_.FindContents(old));
  clock_.Move(minutes(1));
  sweeper->Sweep();
  EXPECT_FALSE(artifacts_.FindContents(old));
  EXPECT_FALSE(store_.FindSchema(old, "Foo$"));
  EXPECT_TRUE(artifacts_.FindContents(now));
  EXPECT_TRUE(store_.FindSchema(now, "Foo$"));
  EXPECT_EQ(sweeper->Counts().contents, 1);
  EXPECT_EQ(sweeper->Counts().bytes, 3);
}

TEST_F(SweeperTest, KeepsContentsThatALiveJobNeeds) {
  const std::string old = Upload("a.jar", "old");
  Job job = MakeJob();
  job.call.artifact_sha256 = old;
  store_.Write({InsertJob{job}});
  EXPECT_TRUE(artifacts_.Delete("a.jar"));
  const auto sweeper = Make({.contents = {.age = hours(1), .count = 0, .bytes = 0}});
  for (int i = 0; i < 3; ++i) {
    clock_.Move(hours(2));
    sweeper->Sweep();
  }
  EXPECT_TRUE(artifacts_.FindContents(old));
}

TEST_F(SweeperTest, TakesNamelessContentsBeyondCountAndSize) {
  for (const char* contents : {"1", "22", "333", "4444"}) Upload("a.jar", contents);
  const auto sweeper = Make({.contents = {.count = 1}});
  sweeper->Sweep();
  clock_.Move(minutes(2));
  sweeper->Sweep();
  EXPECT_EQ(sweeper->Counts().contents, 2);
  const auto by_size = Make({.contents = {.bytes = 0}});
  by_size->Sweep();
  clock_.Move(minutes(2));
  by_size->Sweep();
  EXPECT_EQ(by_size->Counts().contents, 1);
}

TEST_F(SweeperTest, SweepsAgainAndAgainUntilItIsStopped) {
  const JobId job = AddJob();
  const auto sweeper = Make({.interval = Millis(1), .jobs = {.count = 0}});
  sweeper->Start();
  while (IsThere(job)) std::this_thread::yield();
  sweeper->Stop();
  EXPECT_EQ(sweeper->Counts().jobs, 1);
}

}  // namespace
}  // namespace mist::testing
