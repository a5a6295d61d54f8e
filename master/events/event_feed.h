// What happens to jobs, for those who tell it to others: streams to browsers, message brokers.
//
// Events are read, not delivered: a reader keeps the number of the last event that it has passed on
// and asks for those after it. The newest are in memory, older ones in the store, so a slow or late
// reader costs nothing and misses nothing. Listeners only hear that there is something to read. Log
// lines have no numbers and are in files: those come as they are written. Progress is only told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/mutex.h"
#include "master/broker/job_event.h"
#include "master/broker/job_progress.h"
#include "master/logs/job_logs.h"
#include "master/store/store.h"

namespace mist {

// How far the Spark work of a job is now.
struct ToldProgress {
  JobId job;
  std::shared_ptr<const SparkProgress> progress;
};

// Lines that were just added to a job's log.
struct WrittenLines {
  JobId job;
  std::vector<LogLine> lines;
  LogSpan span;  // where they are in the job's file
};

// Called by the broker's and the log writer's threads: must neither block nor throw.
class FeedListener {
 public:
  virtual ~FeedListener() = default;
  // There are events after those that were there at the last call.
  virtual void OnEvents() = 0;
  // Asked before OnLines, so that lines which nobody wants are not copied.
  virtual bool WantsLines() = 0;
  virtual void OnLines(std::shared_ptr<const WrittenLines> written) = 0;
  virtual void OnProgress(const ToldProgress& /*told*/) {}
};

struct EventFeedOptions {
  // Kept in memory: whichever limit is reached first.
  std::size_t max_events = 20'000;
  std::size_t max_bytes = 32 << 20;  // arguments and results of their jobs
};

// Owned by main; the store outlives it. Publish() and PublishProgress() from the broker's thread,
// PublishLines() from the log writer's, the rest from any thread.
class EventFeed {
 public:
  EventFeed(EventFeedOptions options, Store& store);
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  // The event is durable; its number is greater than all before.
  void Publish(const JobEvent& event) EXCLUDES(mu_);
  void PublishProgress(const ToldProgress& told) EXCLUDES(mu_);
  void PublishLines(const JobId& job, const std::vector<LogLine>& lines, LogSpan span)
      EXCLUDES(mu_);

  // The last event that is there to read.
  EventNumber Last() const EXCLUDES(mu_);

  struct Page {
    std::vector<JobEvent> events;
    EventNumber through = 0;  // all up to here were looked at: where to go on
  };
  // Events after `after`, in order, about one job or all; about `limit` are looked at. Reads the
  // store when `after` is older than memory. An event whose job is not stored any more is left out.
  // Throws Error.
  Page After(EventNumber after, const std::optional<JobId>& job, std::size_t limit) const
      EXCLUDES(mu_);

  // The listener must be removed before it dies; Remove() returns when it is not being called.
  void Add(FeedListener& listener) EXCLUDES(mu_);
  void Remove(FeedListener& listener) EXCLUDES(mu_);

 private:
  std::optional<Page> FromMemory(EventNumber after, const std::optional<JobId>& job,
                                 std::size_t limit) const EXCLUDES(mu_);
  Page FromStore(EventNumber after, const std::optional<JobId>& job, std::size_t limit) const;

  const EventFeedOptions options_;
  Store& store_;
  mutable Mutex mu_;
  std::deque<JobEvent> recent_ GUARDED_BY(mu_);
  std::size_t recent_bytes_ GUARDED_BY(mu_) = 0;
  // Every event after this one is in recent_.
  EventNumber forgotten_ GUARDED_BY(mu_);
  EventNumber last_ GUARDED_BY(mu_);
  std::vector<FeedListener*> listeners_ GUARDED_BY(mu_);
};

}  // namespace mist
