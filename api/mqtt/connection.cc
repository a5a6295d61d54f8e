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

std::string Reason(const token& failed) {
  const int code = failed.get_return_code();
  if (failed.get_type() != token::CONNECT) return Reason(code);
  if (code > 0) return ReasonOfConnack(code);
  try {
    failed.get_connect_response();  // throws, with the message of the failure
  } catch (const paho::exception& error) {
    if (!error.get_message().empty()) return error.get_message();
  }
  return Reason(code);
}

paho::create_options CreateOptions() {
  paho::create_options options;
  options.set_mqtt_verison(MQTTVERSION_3_1_1);
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

paho::connect_options ConnectOptions(const ConnectionOptions& options) {
  const Broker& broker = options.broker;
  paho::connect_options connect;
  connect.set_mqtt_version(MQTTVERSION_3_1_1);
  connect.set_keep_alive_interval(kKeepAliveSeconds);
  connect.set_connect_timeout(kConnectSeconds);
  connect.set_clean_session(!options.keep_session);
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
  explicit Client(Connection& connection)
      : connection_(connection),
        paho_(connection.options_.broker.uri, connection.options_.client_id, CreateOptions()) {
    paho_.set_connection_lost_handler([this](const std::string&) { connection_.OnLost(); });
    // Paho acknowledges when this has returned.
    paho_.set_message_callback([this](const paho::const_message_ptr& message) {
      connection_.Receive({message->get_topic(), message->get_payload_str(), PacketId(*message),
                           message->is_duplicate(), message->is_retained()});
    });
  }

  void Connect() { paho_.connect(ConnectOptions(connection_.options_), nullptr, *this); }

  void Subscribe(const std::string& filter) { paho_.subscribe(filter, kQos, nullptr, *this); }

  void Publish(const Outgoing& message) {
    paho_.publish(message.topic, message.text.data(), message.text.size(), kQos,
                  /*retained=*/false, nullptr, *this);
  }

 private:
  // An answer without its data counts as refused.
  void on_success(const token& answered) override {
    connection_.Try([&] {
      switch (answered.get_type()) {
        case token::CONNECT:
          return connection_.OnConnected(answered.get_connect_response().is_session_present());
        case token::SUBSCRIBE:
          return OnSubscribed(answered);
        default:
          return connection_.OnAnswer();
      }
    });
  }

  void on_failure(const token& failed) override {
    const bool is_answer = failed.get_type() != token::CONNECT || failed.get_return_code() > 0;
    if (is_answer) return connection_.OnRefused(Reason(failed));
    connection_.OnUnreachable(Reason(failed));
  }

  // With less than QoS 1 messages could get lost.
  void OnSubscribed(const token& answered) {
    const std::vector<paho::ReasonCode> granted =
        answered.get_subscribe_response().get_reason_codes();
    if (granted == std::vector{paho::ReasonCode::GRANTED_QOS_1}) return connection_.OnAnswer();
    connection_.OnRefused("the broker does not grant it at QoS 1");
  }

  Connection& connection_;
  paho::async_client paho_;
};

Connection::Connection(ConnectionOptions options, Mutex& connecting)
    : options_(std::move(options)), port_(PortOf(options_.broker.uri)), connecting_(connecting) {}

Connection::~Connection() {
  Disconnect();
}

bool Connection::Connect() {
  MutexLock turn(connecting_);
  Disconnect();  // a client that was given up may still be trying
  Create();
  {
    Sockets before = SocketsTo(port_);
    MutexLock lock(mu_);
    before_ = std::move(before);
    sockets_.clear();
    cut_ = false;
    session_present_ = false;
    unreachable_ = false;
  }
  StartWaiting(1);
  Try([this] { client_->Connect(); });
  try {
    AwaitAnswers("connect to " + options_.broker.uri);
  } catch (const Error& error) {
    const std::string problem = IsUnreachable() ? TlsProblem(options_.broker) : "";
    if (problem.empty()) throw;
    throw Error(error.Code(), std::string(error.what()) + ": " + problem);
  }
  MutexLock lock(mu_);
  return session_present_;
}

void Connection::Subscribe(const std::string& filter) {
  StartWaiting(1);
  Try([&] { client_->Subscribe(filter); });
  AwaitAnswers("subscribe to '" + filter + "' at " + options_.broker.uri);
}

void Connection::Publish(std::span<const Outgoing> messages) {
  StartWaiting(messages.size());
  Try([&] {
    for (const Outgoing& message : messages) client_->Publish(message);
  });
  AwaitAnswers("publish at " + options_.broker.uri);
}

bool Connection::IsOpen() const {
  MutexLock lock(mu_);
  return open_;
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

void Connection::Create() {
  try {
    client_ = std::make_unique<Client>(*this);
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
  problem_ = cancelled_ ? "the master stops" : "";
}

void Connection::AwaitAnswers(const std::string& attempted) {
  const MonoTime deadline = std::chrono::steady_clock::now() + options_.patience;
  MutexLock lock(mu_);
  const bool told = changed_.WaitUntil(mu_, deadline, [this]() REQUIRES(mu_) {
    return missing_ == 0 || !problem_.empty() || cancelled_;
  });
  if (told && missing_ == 0 && problem_.empty()) return;
  open_ = false;  // answers that still come are of no use to anybody
  const std::string reason = !problem_.empty() ? problem_
                             : cancelled_      ? "the master stops"
                                               : "no answer in time";
  throw Error(ErrorCode::kUnavailable, attempted + ": " + reason);
}

void Connection::OnAnswer() {
  MutexLock lock(mu_);
  if (missing_ > 0) --missing_;
  if (missing_ == 0) changed_.NotifyAll();
}

// The socket must be known before the first message, which may follow at once.
void Connection::OnConnected(bool session_present) {
  const Sockets now = SocketsTo(port_);
  MutexLock lock(mu_);
  std::set_difference(now.begin(), now.end(), before_.begin(), before_.end(),
                      std::inserter(sockets_, sockets_.end()));
  if (sockets_.empty()) problem_ = "its socket cannot be found";
  session_present_ = session_present;
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

void Connection::OnLost() {
  {
    MutexLock lock(mu_);
    open_ = false;
    problem_ = "the connection is lost";
    changed_.NotifyAll();
  }
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
