// Events of jobs as records of Kafka.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "api/kafka/kafka_producer.h"
#include "api/messages/log_limit.h"
#include "master/events/event_sender.h"

namespace mist::kafka {

// Owned by the door; the connection outlives it.
class KafkaSink : public EventSink {
 public:
  KafkaSink(const KafkaOptions& options, KafkaConnection& connection);

  void Deliver(std::span<const JobEvent> events) override;
  void Deliver(const WrittenLines& lines) override;
  void Cancel() override { producer_.Cancel(); }
  void Interrupt() override { producer_.Interrupt(); }

  // Records that Kafka will never take: too large, or for a reply topic that does not exist.
  std::uint64_t Dropped() const { return dropped_; }

 private:
  struct Outgoing {
    Record record;
    EventNumber event = 0;
    JobId job;
  };

  bool IsPublishTopic(const std::string& topic) const;
  std::vector<std::string> TopicsOf(const Job& job) const;
  void Send(std::vector<Outgoing> outgoing);
  void Drop(const Outgoing& outgoing, const std::string& reason);

  const std::vector<std::string> publish_topics_;
  KafkaProducer producer_;  // the sender's thread; Cancel() from any
  // Through which event each topic has what a delivery that failed had to give: it comes again.
  std::map<std::string, EventNumber> sent_;
  LogLimit log_limit_;  // the sender's thread
  std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace mist::kafka
