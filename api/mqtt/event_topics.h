// Events to topics of the broker.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "api/mqtt/connection.h"
#include "base/mutex.h"
#include "master/events/event_sender.h"

namespace mist::mqtt {

// Connects when there is something to deliver. See EventSink for threads.
class EventTopics : public EventSink {
 public:
  EventTopics(Broker broker, std::string client_id, std::vector<std::string> topics,
              Mutex& connecting);

  // To every topic, and to the reply topics of jobs that came by MQTT.
  void Deliver(std::span<const JobEvent> events) override EXCLUDES(mu_);
  void Deliver(const WrittenLines& lines) override EXCLUDES(mu_);
  void Cancel() override EXCLUDES(mu_);

  bool IsConnected() const EXCLUDES(mu_);

 private:
  void Publish(std::span<const Outgoing> messages) EXCLUDES(mu_);
  std::shared_ptr<Connection> OpenConnection() EXCLUDES(mu_);

  const Broker broker_;
  const std::string client_id_;
  const std::vector<std::string> topics_;
  Mutex& connecting_;  // see Connection
  mutable Mutex mu_;
  std::shared_ptr<Connection> connection_ GUARDED_BY(mu_);
  bool cancelled_ GUARDED_BY(mu_) = false;
};

}  // namespace mist::mqtt
