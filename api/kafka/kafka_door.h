// The Kafka door of the master: requests come in from topics, events go out to topics.
#pragma once

#include <memory>

#include "api/kafka/kafka_options.h"
#include "base/clock.h"
#include "master/events/event_sender.h"
#include "master/services/services.h"
#include "master/store/store.h"

namespace mist::kafka {

class KafkaConnection;
class KafkaConsumer;
class KafkaSink;

// Made by main after the services, destroyed before them. Everything from main's thread but
// Status(), which is any thread's. Kafka need not be there: nothing here waits for it.
class KafkaDoor {
 public:
  // Throws Error when the options are wrong.
  KafkaDoor(const KafkaOptions& options, JobService& jobs, EventFeed& feed, Store& store);
  ~KafkaDoor();
  KafkaDoor(const KafkaDoor&) = delete;
  KafkaDoor& operator=(const KafkaDoor&) = delete;

  // Before the first event of this run.
  void StartEvents();
  void StartRequests();

  void StopRequests();
  // Events that are left then are sent after the next start.
  void StopEvents(MonoTime deadline);

  // For the retention, which lives no longer.
  EventSender& Events() { return *sender_; }
  MessageBrokerStatus Status() const;

 private:
  // In the order of construction.
  const std::unique_ptr<KafkaConnection> connection_;
  const std::unique_ptr<KafkaConsumer> consumer_;
  const std::unique_ptr<KafkaSink> sink_;
  const std::unique_ptr<EventSender> sender_;
};

}  // namespace mist::kafka
