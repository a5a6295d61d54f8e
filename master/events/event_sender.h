// Sends what happens to jobs to a message broker, in order, and nothing less: the store keeps for
// each sink how far it has come, so that a broker which was away gets everything afterwards.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "master/events/event_feed.h"

namespace mist {

// A message broker that takes events. Only the sender's thread calls Deliver().
class EventSink {
 public:
  virtual ~EventSink() = default;

  // Returns when the broker has all of them for certain. Throws Error when it does not take them
  // now, or when Cancel() came in between: they are given again then, from the first one on, so the
  // broker may get one twice.
  virtual void Deliver(std::span<const JobEvent> events) = 0;
  // Lines of logs. They are sent once: what the broker does not take now is lost to it.
  virtual void Deliver(const WrittenLines& lines) = 0;

  // Any thread: makes a Deliver() that waits give up, and every later one.
  virtual void Cancel() = 0;
  // Any thread: makes a Deliver() that waits give up, or else perhaps the next one; for sinks that
  // wait for as long as their broker is away.
  virtual void Interrupt() {}
};

struct EventSenderOptions {
  std::string sink;                       // its name in the store and in the log
  bool with_lines = true;                 // also what jobs log
  std::size_t page = 500;                 // events delivered at once
  std::size_t max_line_bytes = 16 << 20;  // of lines that wait; the oldest are dropped and counted
  Millis first_backoff{200};              // after a delivery that failed; doubles
  Millis max_backoff{10'000};
};

// What operators want to know of a sink.
struct SenderCounts {
  std::uint64_t events = 0;          // delivered
  std::uint64_t failures = 0;        // deliveries that did not succeed
  std::uint64_t dropped_lines = 0;   // log lines that the sink never got
  std::uint64_t dropped_events = 0;  // as DropThrough() wanted it
};

// One thread. A sink without a cursor in the store begins with the events that come after its first
// start. Owned by main; feed, store and sink outlive it.
class EventSender : private FeedListener {
 public:
  EventSender(EventSenderOptions options, EventFeed& feed, Store& store, EventSink& sink);
  ~EventSender() override;
  EventSender(const EventSender&) = delete;
  EventSender& operator=(const EventSender&) = delete;

  void Start();
  // Gives a sink that takes events until the deadline to get the rest; then cancels it.
  void Stop(MonoTime deadline) EXCLUDES(mu_);

  SenderCounts Counts() const EXCLUDES(mu_);

  const std::string& Sink() const { return options_.sink; }
  // The sink has everything up to here, or never will. Any thread.
  EventNumber Through() const { return through_; }
  // The sink is not to get events up to this one which it does not have yet: they wait for too
  // long, or are too many. Counted, and logged once a minute at most. Any thread.
  void DropThrough(EventNumber number) EXCLUDES(mu_);

 private:
  using Lines = std::shared_ptr<const WrittenLines>;

  void OnEvents() override EXCLUDES(mu_);
  bool WantsLines() override { return options_.with_lines; }
  void OnLines(Lines written) override EXCLUDES(mu_);

  void Run() EXCLUDES(mu_);
  void SendEvents() EXCLUDES(mu_);
  void DropEvents() EXCLUDES(mu_);
  void CountDropped(std::uint64_t events) EXCLUDES(mu_);
  void SendLines() EXCLUDES(mu_);
  // False when it is time to end.
  bool AwaitWork() EXCLUDES(mu_);
  void Failed(const Error& error) EXCLUDES(mu_);
  std::optional<Lines> TakeLines() EXCLUDES(mu_);

  const EventSenderOptions options_;
  EventFeed& feed_;                       // synchronizes itself
  Store& store_;                          // synchronizes itself
  EventSink& sink_;                       // Cancel() from any thread
  std::atomic<EventNumber> through_ = 0;  // set by the sender's thread: what the sink has
  std::uint64_t dropped_unsaid_ = 0;      // the sender's thread
  MonoTime next_drop_report_;             // the sender's thread
  Millis backoff_;                        // the sender's thread
  std::set<std::string> told_;            // why the sink is away this time; the sender's thread
  mutable Mutex mu_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mu_) = false;
  bool ended_ GUARDED_BY(mu_) = false;  // the thread
  bool events_wait_ GUARDED_BY(mu_) = true;
  bool failed_ GUARDED_BY(mu_) = false;  // the last delivery
  EventNumber drop_through_ GUARDED_BY(mu_) = 0;
  std::deque<Lines> lines_ GUARDED_BY(mu_);
  std::size_t line_bytes_ GUARDED_BY(mu_) = 0;
  SenderCounts counts_ GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace mist
