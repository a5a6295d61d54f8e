// A client of an MQTT broker, on Eclipse Paho. Everything is said at QoS 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/mqtt/broker.h"
#include "api/mqtt/sockets.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace mist::mqtt {

struct Outgoing {
  std::string topic;
  std::string text;
};

// What the broker says to a message.
struct Answer {
  enum class Kind {
    kNone,      // it may have it or not
    kTaken,     //
    kUnusable,  // the message itself: too large, as a rule
    kNoTopic,   // no such topic can be, or we may not publish to it
  };
  Kind kind = Kind::kNone;
  std::string reason = {};
};

// What became of some messages.
struct Publication {
  std::vector<Answer> answers;  // one for each
  std::string problem;          // why some have none; empty when all have one
  bool lost = false;            // the connection was lost meanwhile
};

struct Arrived {
  std::string_view topic;
  std::string_view text;
  int packet_id = 0;
  bool duplicate = false;  // the broker has sent it before and got no acknowledgement
  bool retained = false;   // an old message that every new subscription gets
};

enum class [[nodiscard]] Receipt{kAcknowledge, kSendAgain};

struct ConnectionOptions {
  Broker broker;
  std::string client_id;
  // The broker keeps subscriptions and messages for this client id while nobody is connected.
  bool keep_session = false;
  // Speaks MQTT 5 to brokers that know it: these tell which messages they will never take. Others
  // end the connection.
  bool mqtt5 = false;
  // Called by Paho's thread for one message after the other; must not throw. kSendAgain ends the
  // connection: the broker delivers the message with the next one.
  std::function<Receipt(const Arrived&)> on_message = {};
  // Called by Paho's thread when the connection is lost.
  std::function<void()> on_end = {};
  Millis patience{15'000};  // for each answer of the broker
};

// One thread uses it. Paho's lock is held while on_message runs, for all connections: what they say
// waits for as long.
class Connection {
 public:
  // Held while connecting, by all connections to one broker: that tells their sockets apart.
  Connection(ConnectionOptions options, Mutex& connecting);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Again after an end, too. True when the broker has kept the session. Throws Error, as the
  // others do when the connection ends or the broker does not do what is asked.
  bool Connect() EXCLUDES(mu_);
  void Subscribe(const std::string& filter) EXCLUDES(mu_);
  // Returns when the broker has answered to all of them, which it gets in their order, or will not.
  Publication Publish(std::span<const Outgoing> messages) EXCLUDES(mu_);

  // Says goodbye to the broker. Returns when no function of the options is being called.
  void Disconnect() EXCLUDES(mu_);

  bool IsOpen() const EXCLUDES(mu_);

  // Any thread: whoever waits gives up, and every later call.
  void Cancel() EXCLUDES(mu_);

 private:
  class Client;  // Paho's

  // Of the broker, which tells them with MQTT 5.
  struct Limits {
    std::optional<std::size_t> packet = {};     // bytes
    std::optional<std::size_t> in_flight = {};  // messages without an answer
  };

  // Throws Error.
  void ConnectWith(int version) EXCLUDES(mu_);
  void Create(int version);
  bool IsVersionRefused() const EXCLUDES(mu_);
  Limits LimitsOfBroker() const EXCLUDES(mu_);
  bool IsUnreachable() const EXCLUDES(mu_);
  // What the client cannot even try counts as refused.
  void Try(const std::function<void()>& say) EXCLUDES(mu_);
  void StartWaiting(std::size_t answers) EXCLUDES(mu_);
  // Returns when no more than these are missing. Throws Error when they do not come.
  void AwaitAnswers(const std::string& attempted, std::size_t missing = 0) EXCLUDES(mu_);
  void OnAnswer() EXCLUDES(mu_);
  void OnPublished(std::size_t message, Answer answer) EXCLUDES(mu_);
  void OnConnected(bool session_present, const Limits& limits) EXCLUDES(mu_);
  void OnVersionRefused() EXCLUDES(mu_);
  void OnRefused(const std::string& reason) EXCLUDES(mu_);
  // Of an attempt to connect that did not come so far as to be answered.
  void OnUnreachable(const std::string& reason) EXCLUDES(mu_);
  void OnDiscarded() EXCLUDES(mu_);
  void OnLost() EXCLUDES(mu_);
  void Receive(const Arrived& message) EXCLUDES(mu_);

  const ConnectionOptions options_;
  const std::uint16_t port_;
  Mutex& connecting_;
  std::unique_ptr<Client> client_;
  mutable Mutex mu_;
  CondVar changed_;
  Sockets before_ GUARDED_BY(mu_);   // of others
  Sockets sockets_ GUARDED_BY(mu_);  // of this connection
  bool open_ GUARDED_BY(mu_) = false;
  bool cut_ GUARDED_BY(mu_) = false;
  bool cancelled_ GUARDED_BY(mu_) = false;
  bool session_present_ GUARDED_BY(mu_) = false;
  bool unreachable_ GUARDED_BY(mu_) = false;
  bool version_refused_ GUARDED_BY(mu_) = false;
  bool lost_ GUARDED_BY(mu_) = false;
  Limits limits_ GUARDED_BY(mu_);
  std::size_t missing_ GUARDED_BY(mu_) = 0;      // answers
  std::vector<Answer> answers_ GUARDED_BY(mu_);  // to what is being published
  std::string problem_ GUARDED_BY(mu_);          // why no more of them come
};

// Of tcp://host:port or ssl://host:port; 0 when there is none.
std::uint16_t PortOf(std::string_view uri);

}  // namespace mist::mqtt
