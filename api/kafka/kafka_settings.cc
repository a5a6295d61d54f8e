#include "api/kafka/kafka_settings.h"

#include <string_view>
#include <utility>

#include "base/error.h"

namespace mist::kafka {
namespace {

// What must stay as it is, and what to use instead.
constexpr std::pair<std::string_view, std::string_view> kOurs[] = {
    {"bootstrap.servers", "see kafka.brokers"},
    {"metadata.broker.list", "see kafka.brokers"},
    {"group.id", "see kafka.group"},
    {"enable.auto.commit", "a message is committed once its job is stored"},
    {"auto.commit.enable", "a message is committed once its job is stored"},
    {"enable.auto.offset.store", "a message is committed once its job is stored"},
    {"enable.idempotence", "events are sent once and in order"},
    {"acks", "events are sent once and in order"},
    {"request.required.acks", "events are sent once and in order"},
    {"message.timeout.ms", "events wait for as long as Kafka is away"},
    {"delivery.timeout.ms", "events wait for as long as Kafka is away"},
    {"partitioner", "events go where those of Mist 1.1 went"},
    {"statistics.interval.ms", "they tell whether Kafka can be reached"},
};

void SetText(RdKafka::Conf& conf, const std::string& name, const std::string& value) {
  std::string problem;
  if (conf.set(name, value, problem) != RdKafka::Conf::CONF_OK) {
    throw Error(ErrorCode::kInternal, "Kafka: cannot set " + name + ": " + problem);
  }
}

void SetProperty(RdKafka::Conf& conf, const Property& property) {
  const std::string place = property.origin + ": kafka.properties: " + property.name;
  for (const auto& [name, reason] : kOurs) {
    if (property.name == name)
      throw Error(ErrorCode::kInvalidConfig, place + " cannot be set: " + std::string(reason));
  }
  std::string problem;
  if (conf.set(property.name, property.value, problem) != RdKafka::Conf::CONF_OK) {
    throw Error(ErrorCode::kInvalidConfig, place + ": " + problem);
  }
}

Conf CommonConf() {
  Conf conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  SetText(*conf, "client.id", "mist");
  SetText(*conf, "reconnect.backoff.max.ms", "2000");
  SetText(*conf, "topic.metadata.refresh.interval.ms",
          "10000");                                    // finds topics that are made later
  SetText(*conf, "allow.auto.create.topics", "true");  // as the original, if brokers do
  return conf;
}

void AddProperties(RdKafka::Conf& conf, const KafkaOptions& options) {
  for (const Property& property : options.properties) SetProperty(conf, property);
  SetText(conf, "bootstrap.servers", options.brokers);
}

}  // namespace

// librdkafka commits the offsets that were stored, which we do once the jobs of their messages are
// durable: now and then, when the group changes, and at the end.
Conf ConsumerConf(const KafkaOptions& options) {
  Conf conf = CommonConf();
  SetText(*conf, "auto.offset.reset", "earliest");
  // After a kill Kafka waits for so long before the master that starts again gets its partitions:
  // the least that brokers take. librdkafka beats from a thread of its own.
  SetText(*conf, "session.timeout.ms", "6000");
  SetText(*conf, "heartbeat.interval.ms", "2000");
  AddProperties(*conf, options);
  SetText(*conf, "group.id", options.group);
  SetText(*conf, "enable.auto.commit", "true");
  SetText(*conf, "enable.auto.offset.store", "false");
  SetText(*conf, "statistics.interval.ms", "1000");
  return conf;
}

Conf ProducerConf(const KafkaOptions& options) {
  Conf conf = CommonConf();
  SetText(*conf, "topic.metadata.propagation.max.ms",
          std::to_string(options.unknown_topic_limit.count()));
  AddProperties(*conf, options);
  SetText(*conf, "enable.idempotence", "true");
  SetText(*conf, "message.timeout.ms", "0");  // never: the next event must not overtake this one
  SetText(*conf, "partitioner", "murmur2");   // others spread empty keys over all partitions
  return conf;
}

}  // namespace mist::kafka
