#include "master/events/event_feed.h"

#include <algorithm>
#include <utility>

namespace mist {
namespace {

std::size_t BytesOf(const JobEvent& event) {
  const Job& job = *event.job;
  return sizeof(Job) + job.arguments.value.size() + (job.result ? job.result->value.size() : 0);
}

// As the job was: its row has moved on since, but in nothing else that an event tells.
JobEvent EventOf(const EventRecord& record, Job job) {
  if (record.worker) job.worker = record.worker;
  return {record.number, record.kind, record.time, std::make_shared<const Job>(std::move(job))};
}

}  // namespace

EventFeed::EventFeed(EventFeedOptions options, Store& store)
    : options_(options), store_(store), forgotten_(store.LastEvent()), last_(forgotten_) {}

void EventFeed::Publish(const JobEvent& event) {
  MutexLock lock(mu_);
  recent_.push_back(event);
  recent_bytes_ += BytesOf(event);
  last_ = event.number;
  while (recent_.size() > options_.max_events || recent_bytes_ > options_.max_bytes) {
    recent_bytes_ -= BytesOf(recent_.front());
    forgotten_ = recent_.front().number;
    recent_.pop_front();
  }
  for (FeedListener* listener : listeners_) listener->OnEvents();
}

void EventFeed::PublishLines(const JobId& job, const std::vector<LogLine>& lines, LogSpan span) {
  MutexLock lock(mu_);
  std::shared_ptr<const WrittenLines> written;
  for (FeedListener* listener : listeners_) {
    if (!listener->WantsLines()) continue;
    if (!written) written = std::make_shared<const WrittenLines>(WrittenLines{job, lines, span});
    listener->OnLines(written);
  }
}

void EventFeed::PublishProgress(const ToldProgress& told) {
  MutexLock lock(mu_);
  for (FeedListener* listener : listeners_) listener->OnProgress(told);
}

EventNumber EventFeed::Last() const {
  MutexLock lock(mu_);
  return last_;
}

EventFeed::Page EventFeed::After(EventNumber after, const std::optional<JobId>& job,
                                 std::size_t limit) const {
  std::optional<Page> page = FromMemory(after, job, limit);
  return page ? std::move(*page) : FromStore(after, job, limit);
}

std::optional<EventFeed::Page> EventFeed::FromMemory(EventNumber after,
                                                     const std::optional<JobId>& job,
                                                     std::size_t limit) const {
  MutexLock lock(mu_);
  if (after < forgotten_) return std::nullopt;
  Page page{{}, after};
  const auto first = std::upper_bound(
      recent_.begin(), recent_.end(), after,
      [](EventNumber number, const JobEvent& event) { return number < event.number; });
  for (auto event = first; event != recent_.end() && limit > 0; ++event, --limit) {
    page.through = event->number;
    if (!job || event->job->id == *job) page.events.push_back(*event);
  }
  return page;
}

EventFeed::Page EventFeed::FromStore(EventNumber after, const std::optional<JobId>& job,
                                     std::size_t limit) const {
  // The store may have events whose commit the broker has not heard of yet: those come later.
  const EventNumber last = Last();
  Page page{{}, after};
  for (const EventRecord& record : store_.EventsAfter(after, limit)) {
    if (record.number > last) break;
    page.through = record.number;
    if (job && record.job != *job) continue;
    if (auto stored = store_.FindJob(record.job)) {
      page.events.push_back(EventOf(record, std::move(*stored)));
    }
  }
  return page;
}

void EventFeed::Add(FeedListener& listener) {
  MutexLock lock(mu_);
  listeners_.push_back(&listener);
}

void EventFeed::Remove(FeedListener& listener) {
  MutexLock lock(mu_);
  std::erase(listeners_, &listener);
}

}  // namespace mist
