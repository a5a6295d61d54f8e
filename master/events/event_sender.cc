#include "master/events/event_sender.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/test_points.h"
#include "base/thread_name.h"

namespace mist {
namespace {

constexpr std::size_t kMaxTold = 8;  // reasons for one absence

std::size_t BytesOf(const WrittenLines& written) {
  return static_cast<std::size_t>(written.span.end - written.span.begin);
}

}  // namespace

EventSender::EventSender(EventSenderOptions options, EventFeed& feed, Store& store, EventSink& sink)
    : options_(std::move(options)),
      feed_(feed),
      store_(store),
      sink_(sink),
      backoff_(options_.first_backoff) {}

EventSender::~EventSender() {
  Stop(MonoTime{});
}

void EventSender::Start() {
  if (const auto cursor = store_.SinkCursor(options_.sink)) {
    through_ = *cursor;
  } else {
    through_ = feed_.Last();
    store_.Write({SaveSinkCursor{options_.sink, through_.load()}});
  }
  feed_.Add(*this);
  thread_ = std::thread([this] { Run(); });
}

void EventSender::Stop(MonoTime deadline) {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mu_);
    stopping_ = true;
    changed_.NotifyAll();
    changed_.WaitUntil(mu_, deadline, [this]() REQUIRES(mu_) { return ended_; });
  }
  sink_.Cancel();
  thread_.join();
  feed_.Remove(*this);
}

SenderCounts EventSender::Counts() const {
  MutexLock lock(mu_);
  return counts_;
}

void EventSender::OnEvents() {
  MutexLock lock(mu_);
  events_wait_ = true;
  changed_.NotifyAll();
}

void EventSender::OnLines(Lines written) {
  MutexLock lock(mu_);
  line_bytes_ += BytesOf(*written);
  lines_.push_back(std::move(written));
  while (line_bytes_ > options_.max_line_bytes && lines_.size() > 1) {
    line_bytes_ -= BytesOf(*lines_.front());
    counts_.dropped_lines += lines_.front()->lines.size();
    lines_.pop_front();
  }
  changed_.NotifyAll();
}

void EventSender::Run() {
  NameThisThread("event-sender");
  while (AwaitWork()) {
    try {
      DropEvents();
      SendEvents();
      SendLines();
      backoff_ = options_.first_backoff;
    } catch (const Error& error) {
      Failed(error);
    }
  }
  MutexLock lock(mu_);
  ended_ = true;
  changed_.NotifyAll();
}

// After a failure nothing is tried before the back-off is over, and nothing at all when stopping.
bool EventSender::AwaitWork() {
  MutexLock lock(mu_);
  if (failed_) {
    changed_.WaitUntil(mu_, std::chrono::steady_clock::now() + backoff_,
                       [this]() REQUIRES(mu_) { return stopping_; });
    if (stopping_) return false;
    failed_ = false;
    backoff_ = std::min(backoff_ * 2, options_.max_backoff);
    return true;
  }
  changed_.Wait(mu_,
                [this]() REQUIRES(mu_) { return stopping_ || events_wait_ || !lines_.empty(); });
  return events_wait_ || !lines_.empty();
}

void EventSender::SendEvents() {
  {
    MutexLock lock(mu_);
    if (!std::exchange(events_wait_, false)) return;
  }
  for (;;) {
    const EventFeed::Page page = feed_.After(through_, std::nullopt, options_.page);
    if (page.through == through_) return;
    PassTestPoint("events-before-send");
    if (!page.events.empty()) sink_.Deliver(page.events);
    PassTestPoint("events-after-send");
    through_ = page.through;
    store_.Submit({SaveSinkCursor{options_.sink, page.through}}, nullptr);
    PassTestPoint("events-after-cursor");
    MutexLock lock(mu_);
    counts_.events += page.events.size();
  }
}

void EventSender::DropThrough(EventNumber number) {
  if (number <= through_) return;
  {
    MutexLock lock(mu_);
    drop_through_ = std::max(drop_through_, number);
    events_wait_ = true;
  }
  changed_.NotifyAll();
  sink_.Interrupt();
}

void EventSender::DropEvents() {
  EventNumber limit = 0;
  {
    MutexLock lock(mu_);
    limit = drop_through_;
  }
  std::uint64_t dropped = 0;
  EventNumber through = through_;
  while (through < limit) {
    const std::vector<EventRecord> events = store_.EventsAfter(through, options_.page);
    if (events.empty()) break;
    for (const EventRecord& event : events) dropped += event.number <= limit ? 1 : 0;
    through = std::min(events.back().number, limit);
  }
  if (through_ >= limit) return;
  CountDropped(dropped);
  through_ = limit;
  store_.Submit({SaveSinkCursor{options_.sink, limit}}, nullptr);
}

void EventSender::CountDropped(std::uint64_t events) {
  dropped_unsaid_ += events;
  {
    MutexLock lock(mu_);
    counts_.dropped_events += events;
  }
  const MonoTime now = std::chrono::steady_clock::now();
  if (dropped_unsaid_ == 0 || now < next_drop_report_) return;
  next_drop_report_ = now + std::chrono::minutes(1);
  log::Warn("sink_events_dropped",
            {{"sink", options_.sink},
             {"events", std::to_string(std::exchange(dropped_unsaid_, 0))},
             {"reason", "they waited longer, or took more room, than outbox.* allows"}});
}

void EventSender::SendLines() {
  while (const auto lines = TakeLines()) sink_.Deliver(**lines);
}

std::optional<EventSender::Lines> EventSender::TakeLines() {
  MutexLock lock(mu_);
  if (lines_.empty()) return std::nullopt;
  Lines first = std::move(lines_.front());
  lines_.pop_front();
  line_bytes_ -= BytesOf(*first);
  return first;
}

// Each reason is said once for each time that the sink is away: the first one need not tell why, as
// when a connection ends before the refusal came.
void EventSender::Failed(const Error& error) {
  MutexLock lock(mu_);
  if (backoff_ == options_.first_backoff) told_.clear();
  if (!stopping_ && told_.size() < kMaxTold && told_.insert(error.what()).second) {
    log::Warn("sink_unavailable", {{"sink", options_.sink},
                                   {"reason", error.what()},
                                   {"effect", "its events wait until it takes them"}});
  }
  ++counts_.failures;
  failed_ = true;
  events_wait_ = true;
}

}  // namespace mist
