#include "master/events/event_feed.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/jobs.h"
#include "tests/support/memory_store.h"

namespace mist::testing {
namespace {

// A store that has the events of two jobs, and a feed in which some of them happened.
class EventFeedTest : public ::testing::Test {
 protected:
  EventFeedTest() {
    for (const Job& job : {one_, two_}) store_.Write({InsertJob{job}});
  }

  JobEvent Event(EventNumber number, const Job& job, JobEvent::Kind kind) {
    return {number, kind, FromEpochMillis(1'000 + number), std::make_shared<const Job>(job)};
  }

  // Durable, and published.
  void Happen(EventFeed& feed, EventNumber number, const Job& job,
              JobEvent::Kind kind = JobEvent::Kind::kQueued) {
    const JobEvent event = Event(number, job, kind);
    store_.Write({AppendEvents{{RecordOf(event)}}});
    feed.Publish(event);
  }

  static std::vector<EventNumber> NumbersOf(const EventFeed::Page& page) {
    std::vector<EventNumber> numbers;
    for (const JobEvent& event : page.events) numbers.push_back(event.number);
    return numbers;
  }

  MemoryStore store_;
  Job one_ = MakeJob("one");
  Job two_ = MakeJob("two");
};

using Numbers = std::vector<EventNumber>;

TEST_F(EventFeedTest, ReadsOnAfterTheLastEventThatAReaderHas) {
  EventFeed feed({}, store_);
  for (const EventNumber number : {1, 2, 5}) Happen(feed, number, one_);
  EXPECT_EQ(NumbersOf(feed.After(0, {}, 10)), (Numbers{1, 2, 5}));
  EXPECT_EQ(NumbersOf(feed.After(2, {}, 10)), (Numbers{5}));
  EXPECT_EQ(NumbersOf(feed.After(0, {}, 2)), (Numbers{1, 2}));
  EXPECT_EQ(feed.After(0, {}, 2).through, 2);
  EXPECT_EQ(feed.After(5, {}, 10).through, 5);
  EXPECT_EQ(feed.Last(), 5);
}

TEST_F(EventFeedTest, ReadsWhatItHasForgottenFromTheStore) {
  EventFeed feed({.max_events = 2}, store_);
  for (EventNumber number = 1; number <= 5; ++number) Happen(feed, number, one_);
  EXPECT_EQ(NumbersOf(feed.After(0, {}, 10)), (Numbers{1, 2, 3, 4, 5}));
  EXPECT_EQ(NumbersOf(feed.After(3, {}, 10)), (Numbers{4, 5}));
}

TEST_F(EventFeedTest, ForgetsLargeJobsEarly) {
  EventFeed feed({.max_bytes = 1 << 20}, store_);
  Job large = one_;
  large.result = JsonText{std::string(2 << 20, '1')};
  store_.Write({AppendEvents{{RecordOf(Event(1, one_, JobEvent::Kind::kFinished))}}});
  feed.Publish(Event(1, large, JobEvent::Kind::kFinished));
  const auto page = feed.After(0, {}, 10);
  ASSERT_EQ(page.events.size(), 1U);
  EXPECT_FALSE(page.events[0].job->result) << "it came from the store";
}

TEST_F(EventFeedTest, GoesOnAfterARestart) {
  {
    EventFeed before({}, store_);
    Happen(before, 1, one_);
    Happen(before, 2, one_);
  }
  EventFeed feed({}, store_);
  EXPECT_EQ(feed.Last(), 2);
  Happen(feed, 3, two_);
  EXPECT_EQ(NumbersOf(feed.After(1, {}, 10)), (Numbers{2, 3}));
}

TEST_F(EventFeedTest, LeavesOutOtherJobsButNotTheirNumbers) {
  EventFeed feed({}, store_);
  Happen(feed, 1, one_);
  Happen(feed, 2, two_);
  const auto page = feed.After(0, one_.id, 10);
  EXPECT_EQ(NumbersOf(page), (Numbers{1}));
  EXPECT_EQ(page.through, 2);
}

TEST_F(EventFeedTest, TellsTheWorkerOfTheAttemptThatTheEventWasAbout) {
  EventFeed feed({.max_events = 0}, store_);
  Job assigned = one_;
  assigned.worker = WorkerId{"first"};
  Happen(feed, 1, assigned, JobEvent::Kind::kWorkerAssigned);
  const auto page = feed.After(0, {}, 10);
  ASSERT_EQ(page.events.size(), 1U);
  EXPECT_EQ(page.events[0].job->worker, WorkerId{"first"});
}

TEST_F(EventFeedTest, LeavesOutJobsThatAreNotStoredAnyMore) {
  EventFeed feed({.max_events = 0}, store_);
  Happen(feed, 1, MakeJob());
  const auto page = feed.After(0, {}, 10);
  EXPECT_TRUE(page.events.empty());
  EXPECT_EQ(page.through, 1);
}

// What a store has committed and the broker has not yet heard of must not be told early.
TEST_F(EventFeedTest, NeverTellsMoreThanWasPublished) {
  EventFeed feed({.max_events = 0}, store_);
  Happen(feed, 1, one_);
  store_.Write({AppendEvents{{RecordOf(Event(2, one_, JobEvent::Kind::kQueued))}}});
  EXPECT_EQ(NumbersOf(feed.After(0, {}, 10)), (Numbers{1}));
}

class Listener : public FeedListener {
 public:
  void OnEvents() override { ++calls; }
  bool WantsLines() override { return wants_lines; }
  void OnLines(std::shared_ptr<const WrittenLines> written) override {
    lines.push_back(std::move(written));
  }

  int calls = 0;
  bool wants_lines = true;
  std::vector<std::shared_ptr<const WrittenLines>> lines;
};

TEST_F(EventFeedTest, WakesListenersUntilTheyAreRemoved) {
  EventFeed feed({}, store_);
  Listener listener;
  feed.Add(listener);
  Happen(feed, 1, one_);
  EXPECT_EQ(listener.calls, 1);
  feed.Remove(listener);
  Happen(feed, 2, one_);
  EXPECT_EQ(listener.calls, 1);
}

TEST_F(EventFeedTest, GivesLinesToThoseWhoWantThem) {
  EventFeed feed({}, store_);
  Listener wants;
  Listener does_not;
  does_not.wants_lines = false;
  feed.Add(wants);
  feed.Add(does_not);
  feed.PublishLines(one_.id, {{FromEpochMillis(1), LogLevel::kInfo, "hello", {}}}, {10, 20});
  ASSERT_EQ(wants.lines.size(), 1U);
  EXPECT_EQ(wants.lines[0]->lines[0].message, "hello");
  EXPECT_EQ(wants.lines[0]->span.end, 20);
  EXPECT_TRUE(does_not.lines.empty());
}

}  // namespace
}  // namespace mist::testing
