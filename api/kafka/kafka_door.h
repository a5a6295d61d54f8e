// The Kafka door of the master: requests come in from topics, events go out to topics.
#pragma once

#include <memory>

#include "api/kafka/kafka_options.h"
#include "api/messages/message_door.h"
#include "base/clock.h"
#include "master/events/event_sender.h"
#include "master/services/services.h"
#include "master/store/store.h"

namespace mist::kafka {

class KafkaConnection;
class KafkaConsumer;
class KafkaSink;

class KafkaDoor final : public MessageDoor {
 public:
  // Throws Error when the options are wrong.
  KafkaDoor(const KafkaOptions& options, JobService& jobs, EventFeed& feed, Store& store);
  ~KafkaDoor() override;
  KafkaDoor(const KafkaDoor&) = delete;
  KafkaDoor& operator=(const KafkaDoor&) = delete;

  void StartEvents() override;
  void StartRequests() override;
  void StopRequests() override;
  void StopEvents(MonoTime deadline) override;
  EventSender& Events() override { return *sender_; }
  MessageBrokerStatus Status() const override;

 private:
  // In the order of construction.
  const std::unique_ptr<KafkaConnection> connection_;
  const std::unique_ptr<KafkaConsumer> consumer_;
  const std::unique_ptr<KafkaSink> sink_;
  const std::unique_ptr<EventSender> sender_;
};

}  // namespace mist::kafka
