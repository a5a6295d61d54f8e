// A Kafka of librdkafka's own, in this process: real sockets and the real protocol, without a JVM.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>  // after rdkafka.h, which it needs
#include <librdkafka/rdkafkacpp.h>

#include "api/kafka/kafka_options.h"

namespace mist::kafka {

class MockKafka {
 public:
  MockKafka() {
    char problem[512];
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), problem, sizeof problem);
    if (client_ == nullptr) throw std::runtime_error(problem);
    cluster_ = rd_kafka_mock_cluster_new(client_, 1);
  }
  ~MockKafka() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(client_);
  }
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  // With one partition.
  void MakeTopic(const std::string& name) {
    rd_kafka_mock_topic_create(cluster_, name.c_str(), 1, 1);
  }

  KafkaOptions Options() const {
    KafkaOptions options;
    options.brokers = rd_kafka_mock_cluster_bootstraps(cluster_);
    options.first_backoff = Millis(1);
    return options;
  }

  // What the group has committed; nullopt: nothing.
  std::optional<std::int64_t> Committed(const std::string& topic) const {
    const auto reader = Reader("mist");
    const std::unique_ptr<RdKafka::TopicPartition> partition(
        RdKafka::TopicPartition::create(topic, 0));
    std::vector<RdKafka::TopicPartition*> wanted{partition.get()};
    if (reader->committed(wanted, kPatienceMillis) != RdKafka::ERR_NO_ERROR)
      throw std::runtime_error("Kafka does not tell what is committed");
    if (partition->offset() < 0) return std::nullopt;
    return partition->offset();
  }

  // The first records, as soon as there are so many.
  std::vector<std::string> Values(const std::string& topic, std::size_t count) const {
    const auto reader = Reader("reader");
    const std::unique_ptr<RdKafka::TopicPartition> partition(
        RdKafka::TopicPartition::create(topic, 0, 0));
    reader->assign({partition.get()});
    std::vector<std::string> found;
    while (found.size() < count) {
      const std::unique_ptr<RdKafka::Message> record(reader->consume(kPatienceMillis));
      if (record->err() != RdKafka::ERR_NO_ERROR) throw std::runtime_error(record->errstr());
      found.emplace_back(static_cast<const char*>(record->payload()), record->len());
    }
    return found;
  }

 private:
  static constexpr int kPatienceMillis = 30'000;

  std::unique_ptr<RdKafka::KafkaConsumer> Reader(const std::string& group) const {
    const std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
    std::string problem;
    conf->set("bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_), problem);
    conf->set("group.id", group, problem);
    std::unique_ptr<RdKafka::KafkaConsumer> made(
        RdKafka::KafkaConsumer::create(conf.get(), problem));
    if (!made) throw std::runtime_error(problem);
    return made;
  }

  rd_kafka_t* client_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

}  // namespace mist::kafka
