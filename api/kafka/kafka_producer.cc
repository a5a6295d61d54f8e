#include "api/kafka/kafka_producer.h"

#include <deque>

#include "api/kafka/kafka_settings.h"
#include "base/error.h"

namespace mist::kafka {
namespace {

constexpr int kCancelPollMillis = 100;  // how soon a cancel is seen

std::optional<SendOutcome::Kind> KindOf(RdKafka::ErrorCode code) {
  switch (code) {
    case RdKafka::ERR_NO_ERROR:
      return SendOutcome::Kind::kTaken;
    case RdKafka::ERR__UNKNOWN_TOPIC:
    case RdKafka::ERR__UNKNOWN_PARTITION:
    case RdKafka::ERR_UNKNOWN_TOPIC_OR_PART:
    case RdKafka::ERR_TOPIC_EXCEPTION:
    case RdKafka::ERR_TOPIC_AUTHORIZATION_FAILED:
      return SendOutcome::Kind::kNoTopic;
    case RdKafka::ERR_MSG_SIZE_TOO_LARGE:
    case RdKafka::ERR_RECORD_LIST_TOO_LARGE:
    case RdKafka::ERR_INVALID_MSG_SIZE:
    case RdKafka::ERR_INVALID_MSG:
    case RdKafka::ERR_INVALID_RECORD:
    case RdKafka::ERR__INVALID_ARG:
      return SendOutcome::Kind::kUnusable;
    default:
      return std::nullopt;
  }
}

}  // namespace

// A record that librdkafka has not reported yet.
struct KafkaProducer::Pending {
  std::size_t* left = nullptr;
  RdKafka::ErrorCode code = RdKafka::ERR_NO_ERROR;
  std::string reason;
};

KafkaProducer::KafkaProducer(const KafkaOptions& options, KafkaConnection& connection)
    : options_(options), connection_(connection) {
  Open();
}

KafkaProducer::~KafkaProducer() = default;

void KafkaProducer::Open() {
  const Conf conf = ProducerConf(options_);
  std::string problem;
  conf->set("event_cb", static_cast<RdKafka::EventCb*>(&connection_), problem);
  conf->set("dr_cb", static_cast<RdKafka::DeliveryReportCb*>(this), problem);
  producer_.reset(RdKafka::Producer::create(conf.get(), problem));
  if (!producer_) {
    throw Error(ErrorCode::kInvalidConfig,
                "kafka: librdkafka does not take its settings: " + problem);
  }
}

std::vector<SendOutcome> KafkaProducer::Send(std::span<const Record> records) {
  if (!producer_) Open();
  std::size_t left = records.size();
  std::deque<Pending> pending(records.size(), Pending{&left, RdKafka::ERR_NO_ERROR, ""});
  for (std::size_t i = 0; i < records.size(); ++i) Produce(records[i], pending[i]);
  bool purged = false;
  while (left > 0) {
    if ((cancelled_ || interrupted_) && !std::exchange(purged, true)) {
      producer_->purge(RdKafka::Producer::PURGE_QUEUE | RdKafka::Producer::PURGE_INFLIGHT);
    }
    producer_->poll(kCancelPollMillis);
  }
  interrupted_ = false;

  std::vector<SendOutcome> outcomes;
  for (const Pending& one : pending) {
    const auto kind = KindOf(one.code);
    if (!kind) {
      std::string fatal;
      if (producer_->fatal_error(fatal) != RdKafka::ERR_NO_ERROR) producer_.reset();
      throw Error(ErrorCode::kUnavailable, "Kafka did not take all records: " + one.reason);
    }
    outcomes.push_back({*kind, one.reason});
  }
  return outcomes;
}

void KafkaProducer::Produce(const Record& record, Pending& pending) {
  std::unique_ptr<RdKafka::Headers> headers(record.headers.empty() ? nullptr
                                                                   : RdKafka::Headers::create());
  for (const auto& [name, value] : record.headers) headers->add(name, value);
  RdKafka::ErrorCode code = RdKafka::ERR__PURGE_QUEUE;
  while (!cancelled_ && !interrupted_) {
    // The key is never null, not even when empty: the partition follows from it.
    code = producer_->produce(record.topic, RdKafka::Topic::PARTITION_UA,
                              RdKafka::Producer::RK_MSG_COPY,
                              const_cast<char*>(record.value.data()), record.value.size(),
                              record.key.data(), record.key.size(), 0, headers.get(), &pending);
    if (code != RdKafka::ERR__QUEUE_FULL) break;
    producer_->poll(kCancelPollMillis);
  }
  if (code == RdKafka::ERR_NO_ERROR) {
    headers.release();  // NOLINT(bugprone-unused-return-value): librdkafka's now
    return;
  }
  pending.code = code;
  pending.reason = RdKafka::err2str(code);
  --*pending.left;
}

void KafkaProducer::dr_cb(RdKafka::Message& message) {
  auto& pending = *static_cast<Pending*>(message.msg_opaque());
  pending.code = message.err();
  if (message.err() != RdKafka::ERR_NO_ERROR) pending.reason = message.errstr();
  --*pending.left;
}

}  // namespace mist::kafka
