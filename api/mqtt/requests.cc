#include "api/mqtt/requests.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include <openssl/evp.h>

#include "base/error.h"
#include "base/log.h"
#include "base/test_points.h"
#include "base/thread_name.h"
#include "contexts/mqtt_topics.h"

namespace mist::mqtt {
namespace {

constexpr std::size_t kMaxRejections = 1'000;  // that wait for the broker; the oldest are dropped
constexpr std::size_t kMaxRejectionBytes = 16 << 10;  // larger ones are in the log only
// Before any job was made, whatever happened to the clock since.
constexpr std::chrono::hours kNeverKept{-24 * 365 * 50};

std::string Fingerprint(const Arrived& message) {
  std::string text(message.topic);
  text += '\0';
  text += message.text;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kHex[digest[i] >> 4U];
    hex += kHex[digest[i] & 15U];
  }
  return hex;
}

std::string SessionName(const std::string& client_id) {
  return "mqtt-session:" + client_id;
}

}  // namespace

Requests::Requests(RequestsOptions options, Mutex& connecting, JobService& jobs, Store& store,
                   Clock& clock)
    : options_(std::move(options)),
      jobs_(jobs),
      store_(store),
      clock_(clock),
      backoff_(options_.first_backoff),
      connection_({.broker = options_.broker,
                   .client_id = options_.client_id,
                   .keep_session = true,
                   .on_message = [this](const Arrived& message) { return OnMessage(message); },
                   .on_end = [this] { OnEnd(); }},
                  connecting) {}

Requests::~Requests() {
  Stop();
}

void Requests::Start() {
  session_ = store_.SinkCursor(SessionName(options_.client_id)).value_or(0);
  thread_ = std::thread([this] { Run(); });
}

void Requests::Stop() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mu_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  connection_.Cancel();
  thread_.join();
}

RequestCounts Requests::Counts() const {
  MutexLock lock(mu_);
  return counts_;
}

// ---- the connecting thread ----

void Requests::Run() {
  NameThisThread("mqtt-requests");
  do {
    try {
      Serve();
    } catch (const Error& error) {
      if (!stopping_ && !WasCut()) SayUnavailable(error.what());
    }
  } while (AwaitBackoff());
  connection_.Disconnect();
}

// Until the connection ends.
void Requests::Serve() {
  {
    MutexLock lock(mu_);
    ended_ = false;
    cut_ = false;
  }
  const bool kept = connection_.Connect();
  if (!kept || session_is_new_) BeginSession();
  for (const Subscription& subscription : options_.subscriptions)
    connection_.Subscribe(subscription.filter);
  SayConnected();
  connected_since_ = clock_.Mono();
  while (AwaitRejections()) SendRejections();
}

// Nothing arrives in it before the first subscription.
void Requests::BeginSession() {
  session_is_new_ = true;
  session_ = ToEpochMillis(clock_.Wall());
  store_.Write({SaveSinkCursor{SessionName(options_.client_id), session_}});
  session_is_new_ = false;
}

// False when it is time to end. Throws Error when the connection ends.
bool Requests::AwaitRejections() {
  MutexLock lock(mu_);
  changed_.Wait(mu_,
                [this]() REQUIRES(mu_) { return ended_ || stopping_ || !rejections_.empty(); });
  if (ended_ && !stopping_) {
    throw Error(ErrorCode::kUnavailable,
                "read from " + options_.broker.uri + ": the connection is lost");
  }
  return !stopping_;
}

// False when it is time to end.
bool Requests::AwaitBackoff() {
  const auto since = std::exchange(connected_since_, std::nullopt);
  const bool was_good = since && clock_.Mono() - *since > options_.max_backoff;
  MutexLock lock(mu_);
  if (was_good) backoff_ = options_.first_backoff;
  changed_.WaitUntil(mu_, std::chrono::steady_clock::now() + backoff_,
                     [this]() REQUIRES(mu_) { return stopping_.load(); });
  backoff_ = std::min(backoff_ * 2, options_.max_backoff);
  return !stopping_;
}

void Requests::SendRejections() {
  std::vector<Outgoing> sent;
  {
    MutexLock lock(mu_);
    sent.assign(rejections_.begin(), rejections_.end());
  }
  const Publication made = connection_.Publish(sent);
  if (!made.problem.empty()) throw Error(ErrorCode::kUnavailable, made.problem);
  MutexLock lock(mu_);
  // Some of them may have been dropped meanwhile.
  for (std::size_t i = 0; i < sent.size() && !rejections_.empty(); ++i) rejections_.pop_front();
}

bool Requests::WasCut() const {
  MutexLock lock(mu_);
  return cut_;
}

void Requests::SayConnected() {
  if (said_connected_ == true) return;
  said_connected_ = true;
  log::Info("mqtt_requests_connected",
            {{"broker", options_.broker.uri}, {"client_id", options_.client_id}});
}

void Requests::SayUnavailable(const std::string& reason) {
  if (said_connected_ == false) return;
  said_connected_ = false;
  log::Warn("mqtt_requests_unavailable",
            {{"reason", reason}, {"effect", "requests wait at the broker"}});
}

// ---- Paho's thread ----

Receipt Requests::OnMessage(const Arrived& message) {
  if (stopping_) return Receipt::kSendAgain;
  try {
    const Subscription* subscription = SubscriptionOf(message.topic);
    // Of a subscription that an earlier configuration had, and the broker's session still has.
    if (subscription == nullptr) return Receipt::kAcknowledge;
    if (message.retained) {
      Complain("retained", message, "it is retained: every connection would repeat it");
      return Receipt::kAcknowledge;
    }
    return Take(message, *subscription);
  } catch (const std::exception& error) {
    return Waits(error.what());
  }
}

Receipt Requests::Take(const Arrived& message, const Subscription& subscription) {
  auto read = ReadMessage(message.text, {.source = Trigger::kMqtt,
                                         .function = subscription.function,
                                         .max_depth = options_.max_json_depth});
  Rejection rejection;
  if (subscription.function) rejection.function = subscription.function->value;
  if (const auto* bad = std::get_if<BadBody>(&read)) {
    rejection.reason = bad->text;
    return Reject(message, "unreadable", rejection, std::nullopt);
  }
  auto& start = std::get<StartJob>(read);
  rejection.function = start.function.value;
  rejection.external_id = start.external_id;
  if (start.reply_topic) {
    rejection.reason = CheckReplyTopic(*start.reply_topic);
    if (!rejection.reason.empty()) return Reject(message, "unreadable", rejection, std::nullopt);
  }
  if (options_.unique && start.external_id && !start.key)
    start.key = RequestKey{"external-id:" + *start.external_id, {}};
  const bool at_most_once = message.packet_id == 0;  // sent at QoS 0: it does not come again
  if (!start.key && !at_most_once) start.key = KeyOf(message);
  const std::optional<std::string> reply_topic = start.reply_topic;
  PassTestPoint("mqtt-before-start");
  const Outcome<JobId> outcome = jobs_.Start(std::move(start));
  PassTestPoint("mqtt-before-acknowledge");
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
    if (IsForNow(*refusal) && !at_most_once) return Waits(refusal->message);
    rejection.reason = refusal->message;
    return Reject(message, "refused", rejection, reply_topic);
  }
  MutexLock lock(mu_);
  ++counts_.received;
  backoff_ = options_.first_backoff;
  if (std::exchange(waiting_, false)) log::Info("mqtt_requests_go_on");
  return Receipt::kAcknowledge;
}

Receipt Requests::Waits(const std::string& reason) {
  MutexLock lock(mu_);
  cut_ = true;
  if (!std::exchange(waiting_, true) && !stopping_) {
    log::Warn("mqtt_requests_wait", {{"reason", reason}, {"effect", "they stay at the broker"}});
  }
  return Receipt::kSendAgain;
}

Receipt Requests::Reject(const Arrived& message, const char* kind, const Rejection& rejection,
                         const std::optional<std::string>& reply_topic) {
  Complain(kind, message, rejection.reason);
  const std::string text = RejectionJson(rejection, clock_.Wall());
  MutexLock lock(mu_);
  ++counts_.rejected;
  // One that the broker does not take would end each connection. It repeats what the sender wrote.
  if (text.size() > kMaxRejectionBytes) return Receipt::kAcknowledge;
  for (const std::string& topic : options_.rejection_topics) rejections_.push_back({topic, text});
  if (reply_topic) rejections_.push_back({*reply_topic, text});
  while (rejections_.size() > kMaxRejections) rejections_.pop_front();
  changed_.NotifyAll();
  return Receipt::kAcknowledge;
}

void Requests::OnEnd() {
  MutexLock lock(mu_);
  ended_ = true;
  changed_.NotifyAll();
}

void Requests::Complain(const char* kind, const Arrived& message, const std::string& reason) {
  if (!complaints_.Allows(kind, clock_.Mono())) return;
  log::Warn("mqtt_message_rejected", {{"topic", std::string(message.topic)}, {"reason", reason}});
}

const Subscription* Requests::SubscriptionOf(std::string_view topic) const {
  const auto found = std::find_if(options_.subscriptions.begin(), options_.subscriptions.end(),
                                  [&](const Subscription& subscription) {
                                    return MqttFilterMatches(subscription.filter, topic);
                                  });
  return found == options_.subscriptions.end() ? nullptr : &*found;
}

// Events on a topic that we read would be taken for requests.
std::string Requests::CheckReplyTopic(const std::string& topic) const {
  if (const std::string problem = CheckMqttTopic(topic); !problem.empty())
    return "replyTopic cannot be '" + topic + "': " + problem;
  if (SubscriptionOf(topic) != nullptr)
    return "replyTopic cannot be '" + topic + "': requests are read from it";
  return "";
}

RequestKey Requests::KeyOf(const Arrived& message) const {
  RequestKey key;
  key.text = "mqtt:" + options_.client_id + ":" + std::to_string(session_) + ":" +
             std::to_string(message.packet_id) + ":" + Fingerprint(message);
  if (!message.duplicate) key.kept = kNeverKept;
  return key;
}

}  // namespace mist::mqtt
