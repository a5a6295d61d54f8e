#include "api/kafka/kafka_sink.h"

#include <algorithm>
#include <set>
#include <utility>

#include "api/json/event_json.h"
#include "base/error.h"
#include "base/log.h"

namespace mist::kafka {
namespace {

constexpr std::size_t kMaxBytesAtOnce = 8 << 20;

}  // namespace

KafkaSink::KafkaSink(const KafkaOptions& options, KafkaConnection& connection)
    : publish_topics_(options.publish_topics), producer_(options, connection) {}

void KafkaSink::Deliver(std::span<const JobEvent> events) {
  std::vector<Outgoing> outgoing;
  std::size_t bytes = 0;
  for (const JobEvent& event : events) {
    const std::vector<std::string> topics = TopicsOf(*event.job);
    if (topics.empty()) continue;
    const std::string json = EventJson(event);
    for (const std::string& topic : topics) {
      const auto sent = sent_.find(topic);
      if (sent != sent_.end() && event.number <= sent->second) continue;
      outgoing.push_back({{topic, json}, event.number, event.job->id});
      bytes += json.size();
    }
    if (bytes < kMaxBytesAtOnce) continue;
    Send(std::exchange(outgoing, {}));
    bytes = 0;
  }
  Send(std::move(outgoing));
  sent_.clear();
}

void KafkaSink::Deliver(const WrittenLines& lines) {
  if (publish_topics_.empty()) return;
  const std::string json = LogsEventJson(lines);
  std::vector<Record> records;
  for (const std::string& topic : publish_topics_) records.push_back({topic, json});
  for (const SendOutcome& outcome : producer_.Send(records)) {
    if (outcome.kind != SendOutcome::Kind::kTaken) ++dropped_;
  }
}

bool KafkaSink::IsPublishTopic(const std::string& topic) const {
  return std::find(publish_topics_.begin(), publish_topics_.end(), topic) != publish_topics_.end();
}

std::vector<std::string> KafkaSink::TopicsOf(const Job& job) const {
  std::vector<std::string> topics = publish_topics_;
  if (job.source == Trigger::kKafka && job.reply_topic && !IsPublishTopic(*job.reply_topic)) {
    topics.push_back(*job.reply_topic);
  }
  return topics;
}

// A publish topic that does not exist holds up the events; a reply topic must not.
void KafkaSink::Send(std::vector<Outgoing> outgoing) {
  std::vector<Record> records;
  for (Outgoing& one : outgoing) records.push_back(std::move(one.record));
  const std::vector<SendOutcome> outcomes = producer_.Send(records);

  std::set<std::string> missing;
  std::string problem;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const SendOutcome& outcome = outcomes[i];
    const std::string& topic = records[i].topic;
    if (outcome.kind == SendOutcome::Kind::kNoTopic && IsPublishTopic(topic)) {
      missing.insert(topic);
      problem = "topic " + topic + ": " + outcome.reason;
    } else if (outcome.kind != SendOutcome::Kind::kTaken) {
      outgoing[i].record.topic = topic;
      Drop(outgoing[i], outcome.reason);
    }
    if (!missing.contains(topic)) sent_[topic] = outgoing[i].event;
  }
  if (!problem.empty()) throw Error(ErrorCode::kUnavailable, problem);
}

void KafkaSink::Drop(const Outgoing& outgoing, const std::string& reason) {
  ++dropped_;
  if (!log_limit_.Allows(outgoing.record.topic, SystemClock().Mono())) return;
  log::Warn("kafka_event_dropped",
            {{"job", outgoing.job.value}, {"topic", outgoing.record.topic}, {"reason", reason}});
}

}  // namespace mist::kafka
