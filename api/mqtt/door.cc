#include "api/mqtt/door.h"

#include <optional>

#include "api/mqtt/event_topics.h"
#include "api/mqtt/requests.h"
#include "master/events/event_sender.h"

namespace mist::mqtt {
namespace {

Broker BrokerOf(const DoorOptions& options) {
  return {.uri = options.uri,
          .username = options.username,
          .password = options.password,
          .ca = options.ca,
          .certificate = options.certificate,
          .key = options.key};
}

RequestsOptions RequestsOptionsOf(const DoorOptions& options) {
  RequestsOptions made;
  made.broker = BrokerOf(options);
  made.client_id = options.client_id;
  for (const auto& [filter, function] : options.bindings)
    made.subscriptions.push_back({filter, function});
  for (const std::string& filter : options.subscribe_topics)
    made.subscriptions.push_back({filter, std::nullopt});
  made.unique = options.unique;
  made.rejection_topics = options.publish_topics;
  made.max_json_depth = options.max_json_depth;
  return made;
}

EventSenderOptions SenderOptionsOf(const DoorOptions& options) {
  EventSenderOptions made;
  made.sink = "mqtt";
  made.with_lines = options.logs && !options.publish_topics.empty();
  made.max_backoff = Millis(2'000);
  return made;
}

}  // namespace

struct Door::Parts {
  Parts(const DoorOptions& options, JobService& jobs, EventFeed& events, Store& store, Clock& clock)
      : topics(BrokerOf(options), options.client_id + "-events", options.publish_topics,
               connecting),
        sender(SenderOptionsOf(options), events, store, topics) {
    if (options.subscribe_topics.empty() && options.bindings.empty()) return;
    requests.emplace(RequestsOptionsOf(options), connecting, jobs, store, clock);
  }

  Mutex connecting;
  EventTopics topics;
  EventSender sender;
  std::optional<Requests> requests;  // when there is something to subscribe to
};

Door::Door(DoorOptions options, JobService& jobs, EventFeed& events, Store& store, Clock& clock)
    : parts_(std::make_unique<Parts>(options, jobs, events, store, clock)) {}

Door::~Door() = default;

void Door::StartEvents() {
  parts_->sender.Start();
}

void Door::StartRequests() {
  if (parts_->requests) parts_->requests->Start();
}

void Door::StopRequests() {
  if (parts_->requests) parts_->requests->Stop();
}

void Door::StopEvents(MonoTime deadline) {
  parts_->sender.Stop(deadline);
}

EventSender& Door::Events() {
  return parts_->sender;
}

MessageBrokerStatus Door::Status() const {
  const SenderCounts sent = parts_->sender.Counts();
  const RequestCounts taken = parts_->requests ? parts_->requests->Counts() : RequestCounts{};
  return {.name = "mqtt",
          .connected =
              parts_->requests ? parts_->requests->IsConnected() : parts_->topics.IsConnected(),
          .received = taken.received,
          .rejected = taken.rejected,
          .delivered = sent.events,
          .dropped_events = parts_->topics.Dropped(),
          .dropped_lines = sent.dropped_lines,
          .waited_too_long = sent.dropped_events};
}

}  // namespace mist::mqtt
