// What the Kafka door is told by the configuration.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace mist::kafka {

// A setting of librdkafka, as the operator gave it.
struct Property {
  std::string name;
  std::string value;
  std::string origin;  // for messages: "conf/mist.yaml:12"
};

struct KafkaOptions {
  std::string brokers;  // host:port,host:port
  std::string group = "mist";
  std::vector<std::string> subscribe_topics;     // messages name their function
  std::map<std::string, FunctionName> bindings;  // topic -> the function that its messages call
  std::vector<std::string> publish_topics;       // get every event
  std::string dead_letter_topic;                 // empty: none
  bool with_lines = true;                        // what jobs log is published too
  std::vector<Property> properties;
  std::size_t max_json_depth = 256;

  std::size_t batch = 500;            // messages that are started together
  Millis first_backoff{100};          // before a message is tried again; doubles
  Millis max_backoff{2'000};          // a queue that has room again is noticed within it
  Millis close_limit{2'000};          // for leaving the group
  Millis unknown_topic_limit{3'000};  // a topic may be in the making for so long
};

}  // namespace mist::kafka
