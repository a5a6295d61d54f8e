#include "api/kafka/kafka_door.h"

#include "api/kafka/kafka_connection.h"
#include "api/kafka/kafka_consumer.h"
#include "api/kafka/kafka_sink.h"

namespace mist::kafka {
namespace {

EventSenderOptions SenderOptionsFor(const KafkaOptions& options) {
  EventSenderOptions sender;
  sender.sink = "kafka";
  sender.with_lines = options.with_lines && !options.publish_topics.empty();
  return sender;
}

}  // namespace

KafkaDoor::KafkaDoor(const KafkaOptions& options, JobService& jobs, EventFeed& feed, Store& store)
    : connection_(std::make_unique<KafkaConnection>(options.brokers)),
      consumer_(std::make_unique<KafkaConsumer>(options, *connection_, jobs)),
      sink_(std::make_unique<KafkaSink>(options, *connection_)),
      sender_(std::make_unique<EventSender>(SenderOptionsFor(options), feed, store, *sink_)) {}

KafkaDoor::~KafkaDoor() = default;

void KafkaDoor::StartEvents() {
  sender_->Start();
}

void KafkaDoor::StartRequests() {
  consumer_->Start();
}

void KafkaDoor::StopRequests() {
  consumer_->Stop();
}

void KafkaDoor::StopEvents(MonoTime deadline) {
  sender_->Stop(deadline);
}

MessageBrokerStatus KafkaDoor::Status() const {
  const SenderCounts sent = sender_->Counts();
  return {.name = "kafka",
          .connected = connection_->IsUp(),
          .received = consumer_->Received(),
          .rejected = consumer_->Rejected(),
          .delivered = sent.events,
          .dropped_events = sink_->Dropped(),
          .dropped_lines = sent.dropped_lines,
          .waited_too_long = sent.dropped_events};
}

}  // namespace mist::kafka
