#include "api/kafka/kafka_consumer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "api/kafka/kafka_settings.h"
#include "base/error.h"
#include "base/log.h"
#include "base/test_points.h"
#include "base/thread_name.h"

namespace mist::kafka {
namespace {

constexpr int kPollMillis = 100;  // how soon a stop is seen
constexpr std::size_t kMaxBatchBytes = 8 << 20;

// The time tells a topic from one of the same name that was there before.
std::string KeyOf(const RdKafka::Message& record) {
  return "kafka:" + record.topic_name() + "/" + std::to_string(record.partition()) + "/" +
         std::to_string(record.offset()) + "@" + std::to_string(record.timestamp().timestamp);
}

std::string_view ValueOf(const RdKafka::Message& record) {
  return {static_cast<const char*>(record.payload()), record.len()};
}

// A copy as it was, with the reason.
Record DeadLetter(const std::string& topic, const RdKafka::Message& record,
                  const std::string& reason) {
  Record letter{topic, record.payload() == nullptr ? "" : std::string(ValueOf(record))};
  if (record.key_pointer() != nullptr) {
    letter.key.assign(static_cast<const char*>(record.key_pointer()), record.key_len());
  }
  letter.headers = {{"mist.reason", reason},
                    {"mist.topic", record.topic_name()},
                    {"mist.partition", std::to_string(record.partition())},
                    {"mist.offset", std::to_string(record.offset())}};
  return letter;
}

}  // namespace

KafkaConsumer::KafkaConsumer(const KafkaOptions& options, KafkaConnection& connection,
                             JobService& jobs)
    : options_(options), jobs_(jobs), connection_(connection), producer_(options, connection) {
  const Conf conf = ConsumerConf(options_);
  std::string problem;
  conf->set("event_cb", static_cast<RdKafka::EventCb*>(&connection_), problem);
  consumer_.reset(RdKafka::KafkaConsumer::create(conf.get(), problem));
  if (!consumer_) {
    throw Error(ErrorCode::kInvalidConfig,
                "kafka: librdkafka does not take its settings: " + problem);
  }
}

KafkaConsumer::~KafkaConsumer() {
  Stop();
}

void KafkaConsumer::Start() {
  std::set<std::string> topics(options_.subscribe_topics.begin(), options_.subscribe_topics.end());
  for (const auto& [topic, function] : options_.bindings) topics.insert(topic);
  if (!topics.empty()) consumer_->subscribe({topics.begin(), topics.end()});
  thread_ = std::thread([this] { Run(); });
}

void KafkaConsumer::Stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  producer_.Cancel();
  thread_.join();
}

void KafkaConsumer::Run() {
  NameThisThread("kafka-consumer");
  while (!stopping_) {
    const std::vector<Message> batch = Poll();
    if (!batch.empty()) Handle(batch);
  }
  Close();
}

std::vector<KafkaConsumer::Message> KafkaConsumer::Poll() {
  std::vector<Message> batch = std::exchange(unread_, {});
  std::size_t bytes = 0;
  while (batch.size() < options_.batch && bytes < kMaxBatchBytes) {
    Message message(consumer_->consume(batch.empty() ? kPollMillis : 0));
    if (!message || message->err() == RdKafka::ERR__TIMED_OUT) break;
    if (message->err() != RdKafka::ERR_NO_ERROR) {
      connection_.Tell(RdKafka::err2str(message->err()) + message->topic_name(), message->errstr());
      break;
    }
    bytes += message->len();
    ++received_;
    batch.push_back(std::move(message));
  }
  return batch;
}

// Returns when every record is dealt with, or at a stop.
void KafkaConsumer::Handle(const std::vector<Message>& batch) {
  rejections_.clear();
  told_waiting_ = false;
  std::vector<Asked> waiting = Read(batch);
  Millis pause = options_.first_backoff;
  bool paused = false;
  while (!stopping_) {
    try {
      waiting = StartJobs(waiting);
      if (waiting.empty()) {
        TellRejected();
        PassTestPoint("kafka-before-offsets");
        StoreOffsets(batch);
        PassTestPoint("kafka-after-offsets");
        break;
      }
    } catch (const Error& error) {
      TellWaiting(error.what());
    }
    if (!std::exchange(paused, true)) PauseReading(true);
    Wait(pause);
    pause = std::min(pause * 2, options_.max_backoff);
  }
  if (paused) PauseReading(false);
}

std::vector<KafkaConsumer::Asked> KafkaConsumer::Read(const std::vector<Message>& batch) {
  std::vector<Asked> asked;
  for (const Message& record : batch) {
    TopicReader reader{
        .source = Trigger::kKafka, .function = {}, .max_depth = options_.max_json_depth};
    const auto bound = options_.bindings.find(record->topic_name());
    if (bound != options_.bindings.end()) reader.function = bound->second;
    if (record->payload() == nullptr) {
      Reject(*record, {.function = {}, .external_id = {}, .reason = "The record has no value"}, {});
      continue;
    }
    auto read = ReadMessage(ValueOf(*record), reader);
    if (auto* bad = std::get_if<BadBody>(&read)) {
      Rejection rejection{.function = {}, .external_id = {}, .reason = bad->text};
      if (reader.function) rejection.function = reader.function->value;
      Reject(*record, rejection, {});
      continue;
    }
    auto& start = std::get<StartJob>(read);
    if (!start.key) start.key = RequestKey{KeyOf(*record), {}};
    asked.push_back({record.get(), std::move(start)});
  }
  return asked;
}

std::vector<KafkaConsumer::Asked> KafkaConsumer::StartJobs(const std::vector<Asked>& asked) {
  if (asked.empty()) return {};
  std::vector<StartJob> starts;
  for (const Asked& one : asked) starts.push_back(one.start);
  PassTestPoint("kafka-before-start");
  const auto outcomes = jobs_.StartAll(std::move(starts));
  std::vector<Asked> waiting;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto* refusal = std::get_if<Refusal>(&outcomes[i]);
    if (refusal == nullptr) continue;
    const StartJob& start = asked[i].start;
    if (!IsForNow(*refusal)) {
      Reject(*asked[i].record,
             {.function = start.function.value,
              .external_id = start.external_id,
              .reason = refusal->message},
             start.reply_topic);
      continue;
    }
    TellWaiting(refusal->message);
    waiting.push_back(asked[i]);
  }
  return waiting;
}

void KafkaConsumer::TellWaiting(const std::string& reason) {
  if (stopping_ || std::exchange(told_waiting_, true)) return;
  log::Warn("kafka_requests_wait",
            {{"reason", reason}, {"effect", "no further ones are read until these are taken"}});
}

void KafkaConsumer::Reject(const RdKafka::Message& record, const Rejection& rejection,
                           const std::optional<std::string>& reply_topic) {
  ++rejected_;
  if (log_limit_.Allows(rejection.reason, SystemClock().Mono())) {
    log::Warn("kafka_request_rejected", {{"topic", record.topic_name()},
                                         {"partition", std::to_string(record.partition())},
                                         {"offset", std::to_string(record.offset())},
                                         {"reason", rejection.reason}});
  }
  const std::string json = RejectionJson(rejection, SystemClock().Wall());
  std::set<std::string> topics(options_.publish_topics.begin(), options_.publish_topics.end());
  if (reply_topic) topics.insert(*reply_topic);
  for (const std::string& topic : topics) rejections_.push_back({topic, json});
  if (options_.dead_letter_topic.empty()) return;
  rejections_.push_back(DeadLetter(options_.dead_letter_topic, record, rejection.reason));
}

// What no topic can take is given up: a bad record must not stop the others.
void KafkaConsumer::TellRejected() {
  if (rejections_.empty()) return;
  const auto outcomes = producer_.Send(rejections_);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].kind == SendOutcome::Kind::kTaken) continue;
    connection_.Tell("rejection", "topic " + rejections_[i].topic +
                                      " did not take a rejection: " + outcomes[i].reason);
  }
  rejections_.clear();
}

void KafkaConsumer::StoreOffsets(const std::vector<Message>& batch) {
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> next;
  for (const Message& record : batch) {
    next[{record->topic_name(), record->partition()}] = record->offset() + 1;
  }
  std::vector<RdKafka::TopicPartition*> offsets;
  for (const auto& [partition, offset] : next) {
    offsets.push_back(RdKafka::TopicPartition::create(partition.first, partition.second, offset));
  }
  // Fails for partitions that are another member's now, which gets their records again.
  consumer_->offsets_store(offsets);
  consumer_->commitAsync();
  RdKafka::TopicPartition::destroy(offsets);
}

void KafkaConsumer::Wait(Millis pause) {
  const MonoTime end = SystemClock().Mono() + pause;
  while (!stopping_ && SystemClock().Mono() < end) {
    Message message(
        consumer_->consume(std::min<int>(kPollMillis, static_cast<int>(pause.count()))));
    if (!message || message->err() != RdKafka::ERR_NO_ERROR) continue;
    ++received_;  // of a partition that has just become ours
    unread_.push_back(std::move(message));
  }
}

void KafkaConsumer::PauseReading(bool pause) {
  std::vector<RdKafka::TopicPartition*> partitions;
  consumer_->assignment(partitions);
  if (pause) {
    consumer_->pause(partitions);
  } else {
    consumer_->resume(partitions);
  }
  RdKafka::TopicPartition::destroy(partitions);
}

// Leaves the group and commits, if Kafka answers in time: it gives our partitions to others at once
// then. What is not committed comes again and starts nothing.
void KafkaConsumer::Close() {
  const MonoTime end = SystemClock().Mono() + options_.close_limit;
  const std::unique_ptr<RdKafka::Queue> queue(RdKafka::Queue::create(consumer_.get()));
  const std::unique_ptr<RdKafka::Error> problem(consumer_->close(queue.get()));
  if (problem) return;
  while (!consumer_->closed() && SystemClock().Mono() < end) {
    const Message served(queue->consume(kPollMillis));
  }
}

}  // namespace mist::kafka
