// Sends records and waits until Kafka has them.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <librdkafka/rdkafkacpp.h>

#include "api/kafka/kafka_connection.h"
#include "api/kafka/kafka_options.h"

namespace mist::kafka {

struct Record {
  std::string topic;
  std::string value;
  std::string key = {};  // as the original: one partition, one order
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// How a record was taken.
struct SendOutcome {
  enum class Kind {
    kTaken,
    kNoTopic,   // the topic does not exist, or may not be written
    kUnusable,  // the record itself: too large, as a rule
  };
  Kind kind = Kind::kTaken;
  std::string reason;
};

// Idempotent: a record that is sent once is there once, and in the order of sending. One thread
// calls Send().
class KafkaProducer : private RdKafka::DeliveryReportCb {
 public:
  // Throws Error for options that librdkafka does not take. The connection outlives the producer.
  KafkaProducer(const KafkaOptions& options, KafkaConnection& connection);
  ~KafkaProducer() override;
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  // Waits for as long as Kafka is away; one outcome for each record. Throws Error (kUnavailable)
  // when cancelled or interrupted, or when some records may or may not have been sent.
  std::vector<SendOutcome> Send(std::span<const Record> records);

  // Any thread: makes Send() give up, now and later.
  void Cancel() { cancelled_ = true; }
  // Any thread: makes the Send() that runs, or the next one, give up.
  void Interrupt() { interrupted_ = true; }

 private:
  struct Pending;

  void dr_cb(RdKafka::Message& message) override;
  void Produce(const Record& record, Pending& pending);
  void Open();

  const KafkaOptions options_;
  KafkaConnection& connection_;  // synchronizes itself
  std::atomic<bool> cancelled_ = false;
  std::atomic<bool> interrupted_ = false;
  std::unique_ptr<RdKafka::Producer> producer_;  // the thread of Send()
};

}  // namespace mist::kafka
