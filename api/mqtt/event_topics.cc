#include "api/mqtt/event_topics.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "api/json/event_json.h"
#include "base/error.h"
#include "base/log.h"

namespace mist::mqtt {
namespace {

// Published before the broker has acknowledged any of them.
constexpr std::size_t kMaxBytesInFlight = 8 << 20;

// A reply topic is not tried again for so long.
constexpr std::chrono::minutes kRefusedFor{1};

bool Contains(const std::vector<std::string>& topics, const std::string& topic) {
  return std::find(topics.begin(), topics.end(), topic) != topics.end();
}

}  // namespace

EventTopics::EventTopics(Broker broker, std::string client_id, std::vector<std::string> topics,
                         Mutex& connecting)
    : broker_(std::move(broker)),
      client_id_(std::move(client_id)),
      topics_(std::move(topics)),
      connecting_(connecting) {}

void EventTopics::Deliver(std::span<const JobEvent> events) {
  std::vector<Addressed> messages;
  std::size_t bytes = 0;
  for (const JobEvent& event : events) {
    const std::string text = EventJson(event);
    for (const std::string& topic : TopicsOf(*event.job)) {
      messages.push_back({{topic, text}, event.number, event.job->id});
      bytes += text.size();
    }
    if (bytes < kMaxBytesInFlight && !last_straw_.WantsOneByOne()) continue;
    Send(std::exchange(messages, {}));
    bytes = 0;
  }
  Send(std::move(messages));
  settled_.clear();
  last_straw_.OnAllTaken();
}

// They are not sent again.
void EventTopics::Deliver(const WrittenLines& lines) {
  std::vector<Outgoing> messages;
  const std::string text = LogsEventJson(lines);
  for (const std::string& topic : topics_) messages.push_back({topic, text});
  const Publication made = Publish(messages);
  for (const Answer& answer : made.answers) {
    if (answer.kind != Answer::Kind::kTaken) ++dropped_;
  }
  if (!made.problem.empty()) throw Error(ErrorCode::kUnavailable, made.problem);
}

void EventTopics::Cancel() {
  MutexLock lock(mu_);
  cancelled_ = true;
  if (connection_) connection_->Cancel();
}

bool EventTopics::IsConnected() const {
  MutexLock lock(mu_);
  return connection_ && connection_->IsOpen();
}

std::vector<std::string> EventTopics::TopicsOf(const Job& job) const {
  std::vector<std::string> topics = topics_;
  if (job.source == Trigger::kMqtt && job.reply_topic && !Contains(topics_, *job.reply_topic))
    topics.push_back(*job.reply_topic);
  return topics;
}

void EventTopics::Send(std::vector<Addressed> messages) {
  if (last_straw_.WantsOneByOne() && messages.size() > 1) {
    for (Addressed& one : messages) Send({std::move(one)});
    return;
  }
  for (;;) {
    LeaveOut(messages);
    if (messages.empty()) return;
    std::vector<Outgoing> outgoing;
    for (const Addressed& one : messages) outgoing.push_back(one.message);
    const Publication made = Publish(outgoing);
    const std::uint64_t dropped = dropped_;
    Settle(messages, made);
    if (made.problem.empty()) return;
    const bool is_explained = made.lost && (dropped_ > dropped || WasLastStraw(messages));
    if (!is_explained) throw Error(ErrorCode::kUnavailable, made.problem);
  }
}

// What is settled, and what is for topics that were refused: each attempt may cost a connection.
void EventTopics::LeaveOut(std::vector<Addressed>& messages) {
  const MonoTime now = SystemClock().Mono();
  std::erase_if(refused_, [&](const auto& one) { return one.second < now; });
  std::erase_if(messages, [this](const Addressed& one) {
    const Place place{one.event, one.message.topic};
    if (settled_.contains(place)) return true;
    if (!refused_.contains(one.message.topic)) return false;
    Drop(one, "the broker has refused this topic");
    settled_.insert(place);
    return true;
  });
}

// What follows in a topic after a message that it does not have is sent once more with it, or it
// would overtake. A publish topic that refuses holds up the events; a reply topic must not.
void EventTopics::Settle(std::span<const Addressed> messages, const Publication& made) {
  std::set<std::string> held;  // topics
  std::string problem;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Answer& answer = made.answers[i];
    const std::string& topic = messages[i].message.topic;
    const bool is_no_topic = answer.kind == Answer::Kind::kNoTopic;
    if (answer.kind == Answer::Kind::kTaken) {
      last_straw_.OnTaken();
      if (held.contains(topic)) continue;
    } else if (answer.kind == Answer::Kind::kUnusable ||
               (is_no_topic && !Contains(topics_, topic))) {
      Drop(messages[i], answer.reason);
      if (is_no_topic) refused_[topic] = SystemClock().Mono() + kRefusedFor;
    } else {
      held.insert(topic);
      if (is_no_topic) problem = "topic " + topic + ": " + answer.reason;
      continue;
    }
    settled_.insert({messages[i].event, topic});
  }
  if (!problem.empty()) throw Error(ErrorCode::kUnavailable, problem);
}

bool EventTopics::WasLastStraw(std::span<const Addressed> messages) {
  if (messages.size() > 1) {
    const bool may_be = std::any_of(messages.begin(), messages.end(), [](const Addressed& one) {
      return one.message.text.size() >= LastStraw::kLarge;
    });
    if (may_be) last_straw_.OnLostWithSeveral();
    return false;
  }
  const Addressed& only = messages.front();
  const auto& [topic, text] = only.message;
  if (!last_straw_.OnLostWith(only.event, topic, text.size())) return false;
  Drop(only, "the broker ends each connection that it is sent over");
  settled_.insert({only.event, topic});
  return true;
}

void EventTopics::Drop(const Addressed& message, const std::string& reason) {
  ++dropped_;
  if (!log_limit_.Allows(message.message.topic, SystemClock().Mono())) return;
  log::Warn("mqtt_event_dropped", {{"job", message.job.value},
                                   {"topic", message.message.topic},
                                   {"bytes", std::to_string(message.message.text.size())},
                                   {"reason", reason}});
}

Publication EventTopics::Publish(std::span<const Outgoing> messages) {
  if (messages.empty()) return {};
  return OpenConnection()->Publish(messages);
}

// A new one after each failure: what the old one has not delivered must not come later.
std::shared_ptr<Connection> EventTopics::OpenConnection() {
  std::shared_ptr<Connection> connection;
  {
    MutexLock lock(mu_);
    if (connection_ && connection_->IsOpen()) return connection_;
    if (cancelled_)
      throw Error(ErrorCode::kUnavailable, "publish at " + broker_.uri + ": cancelled");
    connection = std::make_shared<Connection>(
        ConnectionOptions{.broker = broker_, .client_id = client_id_, .mqtt5 = true}, connecting_);
    std::swap(connection_, connection);
  }
  connection.reset();  // the old one says goodbye, without our lock
  {
    MutexLock lock(mu_);
    connection = connection_;
  }
  connection->Connect();
  log::Info("mqtt_events_connected", {{"broker", broker_.uri}});
  return connection;
}

}  // namespace mist::mqtt
