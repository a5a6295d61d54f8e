// Takes requests from Kafka: each record starts a job, once, however often it is delivered.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <librdkafka/rdkafkacpp.h>

#include "api/kafka/kafka_producer.h"
#include "api/messages/log_limit.h"
#include "api/messages/message_request.h"
#include "master/services/services.h"

namespace mist::kafka {

// One thread. An offset is stored for the next commit only when the job of its record is durable,
// or the record was refused for good and its sender has been told. While the master cannot take a
// record, no further one is read. Owned by the door; jobs and connection outlive it.
class KafkaConsumer {
 public:
  KafkaConsumer(const KafkaOptions& options, KafkaConnection& connection, JobService& jobs);
  ~KafkaConsumer();
  KafkaConsumer(const KafkaConsumer&) = delete;
  KafkaConsumer& operator=(const KafkaConsumer&) = delete;

  void Start();
  // Returns when the thread has ended; what it had not finished comes again after the next start.
  void Stop();

  std::uint64_t Received() const { return received_; }
  std::uint64_t Rejected() const { return rejected_; }

 private:
  using Message = std::unique_ptr<RdKafka::Message>;

  // A record with what it asks for.
  struct Asked {
    const RdKafka::Message* record = nullptr;
    StartJob start;
  };

  void Run();
  std::vector<Message> Poll();
  void Handle(const std::vector<Message>& batch);
  std::vector<Asked> Read(const std::vector<Message>& batch);
  // Returns those that the master cannot take now. Throws Error when it is not known of any.
  std::vector<Asked> StartJobs(const std::vector<Asked>& asked);
  void Reject(const RdKafka::Message& record, const Rejection& rejection,
              const std::optional<std::string>& reply_topic);
  void TellRejected();
  // Once for each batch.
  void TellWaiting(const std::string& reason);
  void StoreOffsets(const std::vector<Message>& batch);
  // Does not read in between, but stays a member of the group.
  void Wait(Millis pause);
  void PauseReading(bool pause);
  void Close();

  const KafkaOptions options_;
  JobService& jobs_;             // synchronizes itself
  KafkaConnection& connection_;  // synchronizes itself
  KafkaProducer producer_;       // for rejections: the consumer's thread; Cancel() from any
  std::unique_ptr<RdKafka::KafkaConsumer> consumer_;  // the consumer's thread
  std::vector<Message> unread_;     // the consumer's thread: came while reading was paused
  std::vector<Record> rejections_;  // the consumer's thread: to be sent
  LogLimit log_limit_;              // the consumer's thread
  bool told_waiting_ = false;       // the consumer's thread
  std::atomic<std::uint64_t> received_ = 0;
  std::atomic<std::uint64_t> rejected_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace mist::kafka
