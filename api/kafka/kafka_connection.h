// Whether Kafka can be reached: told in the log each time that it changes.
#pragma once

#include <set>
#include <string>
#include <utility>

#include <librdkafka/rdkafkacpp.h>

#include "base/mutex.h"

namespace mist::kafka {

// Shared by the clients of one door, which outlive nothing of it. Any thread.
class KafkaConnection : public RdKafka::EventCb {
 public:
  explicit KafkaConnection(std::string brokers) : brokers_(std::move(brokers)) {}

  bool IsUp() const EXCLUDES(mu_);

  // Something that the operator should know, once for each kind until Kafka can be reached again.
  void Tell(const std::string& kind, const std::string& problem) EXCLUDES(mu_);

 private:
  // Called by librdkafka when a client is polled.
  void event_cb(RdKafka::Event& event) override;
  void SetUp(bool up, const std::string& reason) EXCLUDES(mu_);

  enum class State { kUnknown, kUp, kDown };

  const std::string brokers_;
  mutable Mutex mu_;
  State state_ GUARDED_BY(mu_) = State::kUnknown;
  std::set<std::string> told_ GUARDED_BY(mu_);  // kinds of problems
};

}  // namespace mist::kafka
