// Events to topics of the broker.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/messages/log_limit.h"
#include "api/mqtt/connection.h"
#include "api/mqtt/last_straw.h"
#include "base/clock.h"
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
  // Messages that the broker will never take: too large, or for a reply topic that we may not use.
  std::uint64_t Dropped() const { return dropped_; }

 private:
  // An event's number and a topic.
  using Place = std::pair<EventNumber, std::string>;

  struct Addressed {
    Outgoing message;
    EventNumber event = 0;
    JobId job;
  };

  std::vector<std::string> TopicsOf(const Job& job) const;
  // What the broker has answered to is settled when it throws.
  void Send(std::vector<Addressed> messages) EXCLUDES(mu_);
  void LeaveOut(std::vector<Addressed>& messages);
  void Settle(std::span<const Addressed> messages, const Publication& made);
  // These were under way when the connection was lost. True when it was for the only one, which is
  // dropped then.
  bool WasLastStraw(std::span<const Addressed> messages);
  void Drop(const Addressed& message, const std::string& reason);
  Publication Publish(std::span<const Outgoing> messages) EXCLUDES(mu_);
  std::shared_ptr<Connection> OpenConnection() EXCLUDES(mu_);

  const Broker broker_;
  const std::string client_id_;
  const std::vector<std::string> topics_;
  Mutex& connecting_;  // see Connection
  // The sender's thread:
  std::set<Place> settled_;                  // of a delivery that failed, and comes again
  std::map<std::string, MonoTime> refused_;  // reply topics, until then
  LastStraw last_straw_;
  LogLimit log_limit_;
  std::atomic<std::uint64_t> dropped_ = 0;
  mutable Mutex mu_;
  std::shared_ptr<Connection> connection_ GUARDED_BY(mu_);
  bool cancelled_ GUARDED_BY(mu_) = false;
};

}  // namespace mist::mqtt
