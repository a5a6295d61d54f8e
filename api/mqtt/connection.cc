#include "api/mqtt/connection.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>
#include <vector>

#include <mqtt/async_client.h>

#include "api/mqtt/packet_id.h"
#include "api/mqtt/tls_problem.h"
#include "base/error.h"

namespace mist::mqtt {
namespace {

constexpr int kQos = 1;
constexpr int kKeepAliveSeconds = 20;
constexpr int kConnectSeconds = 10;
constexpr int kMaxBuffered = 100'000;  // messages; the caller limits them by waiting

namespace paho = ::mqtt;
using paho::token;

// Of Paho's own errors, which are negative; the others are the broker's.
std::string Reason(int code) {
  return code < 0 ? paho::exception::error_str(code) : "code " + std::to_string(code);
}

std::string ReasonOfConnack(int code) {
  switch (code) {
    case 1:
      return "protocol version refused";
    case 2:
      return "client id refused";
    case 3:
      return "server unavailable";
    case 4:
      return "wrong user name or password";
    case 5:
      return "not authorized";
    default:
      return Reason(code);
  }
}

// With MQTT 5 the broker's codes are these; they begin at 128.
std::string Reason(paho::ReasonCode code) {
  const char* const text = MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(code));
  return text == nullptr ? "code " + std::to_string(code) : text;
}

bool IsOfMqtt5(paho::ReasonCode code) {
  return code >= paho::ReasonCode::UNSPECIFIED_ERROR && code != paho::ReasonCode::MQTTPP_V3_CODE;
}

std::string Reason(const token& failed) {
  if (IsOfMqtt5(failed.get_reason_code())) return Reason(failed.get_reason_code());
  const int code = failed.get_return_code();
  if (IsOfMqtt5(paho::ReasonCode(code))) return Reason(paho::ReasonCode(code));
  if (failed.get_type() != token::CONNECT) return Reason(code);
  if (code > 0) return ReasonOfConnack(code);
  try {
    failed.get_connect_response();  // throws, with the message of the failure
  } catch (const paho::exception& error) {
    if (!error.get_message().empty()) return error.get_message();
  }
  return Reason(code);
}

// Brokers that do not know MQTT 5 answer with code 1 of MQTT 3.1.1.
bool RefusesVersion(const token& failed) {
  constexpr int kOfMqtt5 = paho::ReasonCode::UNSUPPORTED_PROTOCOL_VERSION;
  const int code = failed.get_return_code();
  return failed.get_type() == token::CONNECT && (code == 1 || code == kOfMqtt5);
}

// Said of a message that was under way, before the handler of the connection hears of it.
bool IsOfLostConnection(int code) {
  return code == MQTTASYNC_DISCONNECTED || code == MQTTASYNC_OPERATION_INCOMPLETE;
}

Answer::Kind KindOf(paho::ReasonCode code) {
  switch (code) {
    case paho::ReasonCode::PACKET_TOO_LARGE:
    case paho::ReasonCode::PAYLOAD_FORMAT_INVALID:
      return Answer::Kind::kUnusable;
    case paho::ReasonCode::NOT_AUTHORIZED:
    case paho::ReasonCode::TOPIC_NAME_INVALID:
      return Answer::Kind::kNoTopic;
    default:
      return Answer::Kind::kNone;
  }
}

// Of a PUBLISH of MQTT 5 without properties.
std::size_t PacketSize(const Outgoing& message) {
  const std::size_t rest = 2 + message.topic.size() + 2 + 1 + message.text.size();
  std::size_t digits = 1;
  for (std::size_t left = rest >> 7U; left > 0; left >>= 7U) ++digits;
  return 1 + digits + rest;
}

paho::create_options CreateOptions(int version) {
  paho::create_options options;
  options.set_mqtt_verison(version);
  options.set_max_buffered_messages(kMaxBuffered);
  return options;
}

paho::ssl_options TlsOptions(const Broker& broker) {
  paho::ssl_options tls;
  if (!broker.ca.empty()) tls.set_trust_store(broker.ca);
  if (!broker.certificate.empty()) tls.set_key_store(broker.certificate);
  if (!broker.key.empty()) tls.set_private_key(broker.key);
  tls.set_enable_server_cert_auth(true);
  tls.set_verify(true);  // the host's name too
  return tls;
}

paho::connect_options ConnectOptions(const ConnectionOptions& options, int version) {
  const Broker& broker = options.broker;
  paho::connect_options connect;
  connect.set_mqtt_version(version);
  connect.set_keep_alive_interval(kKeepAliveSeconds);
  connect.set_connect_timeout(kConnectSeconds);
  if (version == MQTTVERSION_5) {
    connect.set_clean_start(!options.keep_session);
  } else {
    connect.set_clean_session(!options.keep_session);
  }
  if (!broker.username.empty()) connect.set_user_name(broker.username);
  if (!broker.password.empty()) connect.set_password(broker.password);
  if (broker.uri.starts_with("ssl://")) connect.set_ssl(TlsOptions(broker));
  return connect;
}

}  // namespace

std::uint16_t PortOf(std::string_view uri) {
  const std::size_t colon = uri.rfind(':');
  if (colon == std::string_view::npos) return 0;
  std::uint16_t port = 0;
  const char* const end = uri.data() + uri.size();
  const auto read = std::from_chars(uri.data() + colon + 1, end, port);
  return read.ptr == end && read.ec == std::errc() ? port : 0;
}

// Paho calls its handlers on its threads, and the listener on the destructor's too.
class Connection::Client final : public paho::iaction_listener {
 public:
  Client(Connection& connection, int version)
      : connection_(connection),
        version_(version),
        paho_(connection.options_.broker.uri, connection.options_.client_id,
              CreateOptions(version)) {
    paho_.set_connection_lost_handler([this](const std::string&) { connection_.OnLost(); });
    // Paho acknowledges when this has returned.
    paho_.set_message_callback([this](const paho::const_message_ptr& message) {
      connection_.Receive({message->get_topic(), message->get_payload_str(), PacketId(*message),
                           message->is_duplicate(), message->is_retained()});
    });
  }

  void Connect() { paho_.connect(ConnectOptions(connection_.options_, version_), nullptr, *this); }

  void Subscribe(const std::string& filter) { paho_.subscribe(filter, kQos, nullptr, *this); }

  // `index` comes back with the answer.
  void Publish(const Outgoing& message, std::size_t index) {
    paho_.publish(message.topic, message.text.data(), message.text.size(), kQos,
                  /*retained=*/false, reinterpret_cast<void*>(index), *this);
  }

 private:
  // An answer without its data counts as refused.
  void on_success(const token& answered) override {
    connection_.Try([&] {
      switch (answered.get_type()) {
        case token::CONNECT:
          return OnConnected(answered.get_connect_response());
        case token::SUBSCRIBE:
          return OnSubscribed(answered);
        case token::PUBLISH:
          return connection_.OnPublished(IndexOf(answered), {Answer::Kind::kTaken});
        default:
          return connection_.OnAnswer();
      }
    });
  }

  void on_failure(const token& failed) override {
    if (RefusesVersion(failed)) return connection_.OnVersionRefused();
    if (failed.get_type() == token::PUBLISH) {
      const Answer::Kind kind = KindOf(failed.get_reason_code());
      if (kind != Answer::Kind::kNone)
        return connection_.OnPublished(IndexOf(failed), {kind, Reason(failed)});
      if (IsOfLostConnection(failed.get_return_code())) return connection_.OnDiscarded();
    }
    const bool is_answer = failed.get_type() != token::CONNECT || failed.get_return_code() > 0 ||
                           IsOfMqtt5(failed.get_reason_code());
    if (is_answer) return connection_.OnRefused(Reason(failed));
    connection_.OnUnreachable(Reason(failed));
  }

  static std::size_t IndexOf(const token& published) {
    return reinterpret_cast<std::size_t>(published.get_user_context());
  }

  void OnConnected(const paho::connect_response& response) {
    Limits limits;
    const paho::properties& told = response.get_properties();
    if (told.contains(paho::property::MAXIMUM_PACKET_SIZE))
      limits.packet = paho::get<std::uint32_t>(told, paho::property::MAXIMUM_PACKET_SIZE);
    if (told.contains(paho::property::RECEIVE_MAXIMUM))
      limits.in_flight = paho::get<std::uint16_t>(told, paho::property::RECEIVE_MAXIMUM);
    connection_.OnConnected(response.is_session_present(), limits);
  }

  // With less than QoS 1 messages could get lost.
  void OnSubscribed(const token& answered) {
    const std::vector<paho::ReasonCode> granted =
        answered.get_subscribe_response().get_reason_codes();
    if (granted == std::vector{paho::ReasonCode::GRANTED_QOS_1}) return connection_.OnAnswer();
    connection_.OnRefused("the broker does not grant it at QoS 1");
  }

  Connection& connection_;
  const int version_;
  paho::async_client paho_;
};

Connection::Connection(ConnectionOptions options, Mutex& connecting)
    : options_(std::move(options)), port_(PortOf(options_.broker.uri)), connecting_(connecting) {}

Connection::~Connection() {
  Disconnect();
}

bool Connection::Connect() {
  MutexLock turn(connecting_);
  try {
    ConnectWith(options_.mqtt5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1);
  } catch (const Error& error) {
    if (options_.mqtt5 && IsVersionRefused()) {
      ConnectWith(MQTTVERSION_3_1_1);
    } else {
      const std::string problem = IsUnreachable() ? TlsProblem(options_.broker) : "";
      if (problem.empty()) throw;
      throw Error(error.Code(), std::string(error.what()) + ": " + problem);
    }
  }
  MutexLock lock(mu_);
  return session_present_;
}

void Connection::ConnectWith(int version) {
  Disconnect();  // a client that was given up may still be trying
  Create(version);
  {
    Sockets before = SocketsTo(port_);
    MutexLock lock(mu_);
    before_ = std::move(before);
    sockets_.clear();
    cut_ = false;
    session_present_ = false;
    unreachable_ = false;
    version_refused_ = false;
    lost_ = false;
    limits_ = {};
  }
  StartWaiting(1);
  Try([this] { client_->Connect(); });
  AwaitAnswers("connect to " + options_.broker.uri);
}

void Connection::Subscribe(const std::string& filter) {
  StartWaiting(1);
  Try([&] { client_->Subscribe(filter); });
  AwaitAnswers("subscribe to '" + filter + "' at " + options_.broker.uri);
}

// No more at once than the broker allows: Paho looks only now and then whether it may go on.
Publication Connection::Publish(std::span<const Outgoing> messages) {
  const std::string attempted = "publish at " + options_.broker.uri;
  const Limits limits = LimitsOfBroker();
  const std::size_t most = limits.in_flight.value_or(messages.size() + 1);
  Publication made;
  StartWaiting(messages.size());
  try {
    for (std::size_t sent = 0; sent < messages.size(); ++sent) {
      AwaitAnswers(attempted, messages.size() - sent + most - 1);
      if (limits.packet && PacketSize(messages[sent]) > *limits.packet) {
        OnPublished(sent, {Answer::Kind::kUnusable,
                           "the broker takes " + std::to_string(*limits.packet) + " bytes"});
      } else {
        Try([&] { client_->Publish(messages[sent], sent); });
      }
    }
    AwaitAnswers(attempted);
  } catch (const Error& error) {
    made.problem = error.what();
  }
  MutexLock lock(mu_);
  if (missing_ == 0) made.problem.clear();  // what went wrong came after the last answer
  made.lost = lost_;
  made.answers = std::exchange(answers_, {});
  return made;
}

bool Connection::IsOpen() const {
  MutexLock lock(mu_);
  return open_;
}

bool Connection::IsVersionRefused() const {
  MutexLock lock(mu_);
  return version_refused_;
}

bool Connection::IsUnreachable() const {
  MutexLock lock(mu_);
  return unreachable_;
}

void Connection::Cancel() {
  MutexLock lock(mu_);
  cancelled_ = true;
  changed_.NotifyAll();
}

Connection::Limits Connection::LimitsOfBroker() const {
  MutexLock lock(mu_);
  return limits_;
}

void Connection::Create(int version) {
  try {
    client_ = std::make_unique<Client>(*this, version);
  } catch (const paho::exception& error) {
    throw Error(ErrorCode::kInternal,
                "make a client for " + options_.broker.uri + ": " + error.get_error_str());
  }
}

// Waits for Paho's lock, and so for on_message.
void Connection::Disconnect() {
  client_.reset();
  MutexLock lock(mu_);
  open_ = false;
}

void Connection::Try(const std::function<void()>& say) {
  try {
    say();
  } catch (const paho::exception& error) {
    OnRefused(error.get_error_str());
  }
}

void Connection::StartWaiting(std::size_t answers) {
  MutexLock lock(mu_);
  missing_ = answers;
  answers_.assign(answers, {});
  problem_ = cancelled_ ? "the master stops" : "";
}

void Connection::AwaitAnswers(const std::string& attempted, std::size_t missing) {
  const MonoTime deadline = std::chrono::steady_clock::now() + options_.patience;
  MutexLock lock(mu_);
  const bool told = changed_.WaitUntil(mu_, deadline, [this, missing]() REQUIRES(mu_) {
    return missing_ <= missing || !problem_.empty() || cancelled_;
  });
  if (told && missing_ <= missing && problem_.empty()) return;
  open_ = false;  // answers that still come are of no use to anybody
  const std::string reason = !problem_.empty() ? problem_
                             : cancelled_      ? "the master stops"
                                               : "no answer in time";
  throw Error(ErrorCode::kUnavailable, attempted + ": " + reason);
}

void Connection::OnAnswer() {
  MutexLock lock(mu_);
  if (missing_ > 0) --missing_;
  changed_.NotifyAll();
}

void Connection::OnPublished(std::size_t message, Answer answer) {
  {
    MutexLock lock(mu_);
    if (message >= answers_.size()) return;
    answers_[message] = std::move(answer);
  }
  OnAnswer();
}

void Connection::OnVersionRefused() {
  {
    MutexLock lock(mu_);
    version_refused_ = true;
  }
  OnRefused("protocol version refused");
}

// The socket must be known before the first message, which may follow at once.
void Connection::OnConnected(bool session_present, const Limits& limits) {
  const Sockets now = SocketsTo(port_);
  MutexLock lock(mu_);
  std::set_difference(now.begin(), now.end(), before_.begin(), before_.end(),
                      std::inserter(sockets_, sockets_.end()));
  if (sockets_.empty()) problem_ = "its socket cannot be found";
  session_present_ = session_present;
  limits_ = limits;
  open_ = true;
  missing_ = 0;
  changed_.NotifyAll();
}

void Connection::OnRefused(const std::string& reason) {
  MutexLock lock(mu_);
  problem_ = reason;
  changed_.NotifyAll();
}

void Connection::OnUnreachable(const std::string& reason) {
  MutexLock lock(mu_);
  unreachable_ = true;
  problem_ = reason;
  changed_.NotifyAll();
}

void Connection::OnDiscarded() {
  MutexLock lock(mu_);
  open_ = false;
  lost_ = true;
  problem_ = "the connection is lost";
  changed_.NotifyAll();
}

void Connection::OnLost() {
  OnDiscarded();
  if (options_.on_end) options_.on_end();
}

// A cut comes before Paho can write the acknowledgement. What had arrived already may still be
// read after it: that waits too, or messages would overtake each other.
void Connection::Receive(const Arrived& message) {
  {
    MutexLock lock(mu_);
    if (cut_) return;
  }
  if (!options_.on_message || options_.on_message(message) == Receipt::kAcknowledge) return;
  MutexLock lock(mu_);
  cut_ = true;
  ShutDown(sockets_);
}

}  // namespace mist::mqtt
