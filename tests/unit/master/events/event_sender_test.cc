#include "master/events/event_sender.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/mutex.h"
#include "tests/support/jobs.h"
#include "tests/support/memory_store.h"

namespace mist::testing {
namespace {

using Numbers = std::vector<EventNumber>;

// A broker that remembers what it took.
class RecordingSink : public EventSink {
 public:
  void Deliver(std::span<const JobEvent> events) override {
    MutexLock lock(mu_);
    ++deliveries_;
    changed_.NotifyAll();
    if (away_) throw Error(ErrorCode::kUnavailable, "sink: away");
    for (const JobEvent& event : events) numbers_.push_back(event.number);
  }

  void Deliver(const WrittenLines& lines) override {
    MutexLock lock(mu_);
    changed_.NotifyAll();
    changed_.Wait(mu_, [this]() REQUIRES(mu_) { return !holds_lines_; });
    for (const LogLine& line : lines.lines) lines_.push_back(line.message);
    changed_.NotifyAll();
  }

  void Cancel() override { HoldLines(false); }

  void SetAway(bool away) {
    MutexLock lock(mu_);
    away_ = away;
  }

  void HoldLines(bool holds) {
    MutexLock lock(mu_);
    holds_lines_ = holds;
    changed_.NotifyAll();
  }

  Numbers AwaitNumbers(std::size_t count) {
    MutexLock lock(mu_);
    changed_.Wait(mu_, [&]() REQUIRES(mu_) { return numbers_.size() >= count; });
    return numbers_;
  }

  std::vector<std::string> AwaitLines(std::size_t count) {
    MutexLock lock(mu_);
    changed_.Wait(mu_, [&]() REQUIRES(mu_) { return lines_.size() >= count; });
    return lines_;
  }

  void AwaitDeliveries(int count) {
    MutexLock lock(mu_);
    changed_.Wait(mu_, [&]() REQUIRES(mu_) { return deliveries_ >= count; });
  }

 private:
  Mutex mu_;
  CondVar changed_;
  bool away_ GUARDED_BY(mu_) = false;
  bool holds_lines_ GUARDED_BY(mu_) = false;
  int deliveries_ GUARDED_BY(mu_) = 0;
  Numbers numbers_ GUARDED_BY(mu_);
  std::vector<std::string> lines_ GUARDED_BY(mu_);
};

class EventSenderTest : public ::testing::Test {
 protected:
  EventSenderTest() { store_.Write({InsertJob{job_}}); }

  void Happen(EventNumber number) {
    const JobEvent event{number, JobEvent::Kind::kQueued, FromEpochMillis(number),
                         std::make_shared<const Job>(job_)};
    store_.Write({AppendEvents{{RecordOf(event)}}});
    feed_.Publish(event);
  }

  void Log(const std::string& text, std::int64_t bytes = 10) {
    LogLine line;
    line.message = text;
    feed_.PublishLines(job_.id, {line}, {0, bytes});
  }

  EventSenderOptions Options() {
    return {.sink = "test", .max_line_bytes = 100, .first_backoff = Millis(1)};
  }

  // What the store knows once everything that was submitted before is written.
  std::optional<EventNumber> Cursor() {
    store_.Write({});
    return store_.SinkCursor("test");
  }

  MemoryStore store_;
  Job job_ = MakeJob();
  EventFeed feed_{{}, store_};
  RecordingSink sink_;
};

TEST_F(EventSenderTest, ANewSinkGetsWhatHappensFromNowOn) {
  Happen(1);
  EventSender sender(Options(), feed_, store_, sink_);
  sender.Start();
  EXPECT_EQ(Cursor(), 1);
  Happen(2);
  Happen(3);
  EXPECT_EQ(sink_.AwaitNumbers(2), (Numbers{2, 3}));
}

TEST_F(EventSenderTest, GoesOnWhereItStopped) {
  {
    EventSender sender(Options(), feed_, store_, sink_);
    sender.Start();
    Happen(1);
    sink_.AwaitNumbers(1);
    sender.Stop(MonoTime::max());
  }
  EXPECT_EQ(Cursor(), 1);
  Happen(2);
  EventSender sender(Options(), feed_, store_, sink_);
  sender.Start();
  EXPECT_EQ(sink_.AwaitNumbers(2), (Numbers{1, 2}));
}

TEST_F(EventSenderTest, ASinkThatWasAwayGetsEverythingInOrder) {
  EventSender sender(Options(), feed_, store_, sink_);
  sink_.SetAway(true);
  sender.Start();
  for (const EventNumber number : {1, 2, 3}) Happen(number);
  sink_.AwaitDeliveries(3);
  EXPECT_EQ(Cursor(), 0);
  sink_.SetAway(false);
  EXPECT_EQ(sink_.AwaitNumbers(3), (Numbers{1, 2, 3}));
  EXPECT_GE(sender.Counts().failures, 3U);
}

TEST_F(EventSenderTest, StoppingWaitsForWhatCanBeSent) {
  EventSender sender(Options(), feed_, store_, sink_);
  sender.Start();
  for (EventNumber number = 1; number <= 100; ++number) Happen(number);
  sender.Stop(MonoTime::max());
  EXPECT_EQ(sink_.AwaitNumbers(0).size(), 100U);
  EXPECT_EQ(Cursor(), 100);
}

TEST_F(EventSenderTest, StoppingDoesNotWaitForASinkThatIsAway) {
  EventSender sender(Options(), feed_, store_, sink_);
  sink_.SetAway(true);
  sender.Start();
  Happen(1);
  sink_.AwaitDeliveries(1);
  sender.Stop(MonoTime::max());
  EXPECT_EQ(Cursor(), 0);
}

TEST_F(EventSenderTest, LinesThatDoNotFitAreDroppedFromTheOldestOn) {
  EventSender sender(Options(), feed_, store_, sink_);
  sender.Start();
  sink_.HoldLines(true);
  for (int i = 0; i < 6; ++i) Log("line " + std::to_string(i), 40);
  sink_.HoldLines(false);
  const std::vector<std::string> lines = sink_.AwaitLines(2);
  EXPECT_EQ(lines.back(), "line 5");
  sender.Stop(MonoTime::max());
  EXPECT_EQ(sink_.AwaitLines(0).size() + sender.Counts().dropped_lines, 6U);
  EXPECT_GE(sender.Counts().dropped_lines, 3U);
}

TEST_F(EventSenderTest, LinesCanBeLeftOut) {
  EventSenderOptions options = Options();
  options.with_lines = false;
  EventSender sender(options, feed_, store_, sink_);
  sender.Start();
  Log("nobody wants it");
  Happen(1);
  sink_.AwaitNumbers(1);
  sender.Stop(MonoTime::max());
  EXPECT_TRUE(sink_.AwaitLines(0).empty());
}

}  // namespace
}  // namespace mist::testing
