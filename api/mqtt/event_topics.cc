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
  std::vector<Outgoing> messages;
  std::size_t bytes = 0;
  const auto add = [&](const std::string& topic, const std::string& text) {
    messages.push_back({topic, text});
    bytes += text.size();
  };
  for (const JobEvent& event : events) {
    const std::string text = EventJson(event);
    for (const std::string& topic : topics_) add(topic, text);
    const auto& reply_topic = event.job->reply_topic;
    if (event.job->source == Trigger::kMqtt && reply_topic && !Contains(topics_, *reply_topic))
      add(*reply_topic, text);
    if (bytes < kMaxBytesInFlight) continue;
    Publish(messages);
    messages.clear();
    bytes = 0;
  }
  Publish(messages);
}

void EventTopics::Deliver(const WrittenLines& lines) {
  std::vector<Outgoing> messages;
  const std::string text = LogsEventJson(lines);
  for (const std::string& topic : topics_) messages.push_back({topic, text});
  Publish(messages);
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

void EventTopics::Publish(std::span<const Outgoing> messages) {
  if (messages.empty()) return;
  OpenConnection()->Publish(messages);
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
        ConnectionOptions{.broker = broker_, .client_id = client_id_}, connecting_);
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
