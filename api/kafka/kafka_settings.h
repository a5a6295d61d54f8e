// The options as librdkafka wants them.
#pragma once

#include <memory>
#include <string>

#include <librdkafka/rdkafkacpp.h>

#include "api/kafka/kafka_options.h"

namespace mist::kafka {

using Conf = std::unique_ptr<RdKafka::Conf>;

// Both throw Error (kInvalidConfig) that names the property and where it was given.
Conf ConsumerConf(const KafkaOptions& options);
Conf ProducerConf(const KafkaOptions& options);

}  // namespace mist::kafka
