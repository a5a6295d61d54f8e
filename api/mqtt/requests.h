// Requests from topics of the broker.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "api/messages/log_limit.h"
#include "api/messages/message_request.h"
#include "api/mqtt/connection.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "master/services/services.h"
#include "master/store/store.h"

namespace mist::mqtt {

struct Subscription {
  std::string filter;
  // Called with each message as its arguments; nullopt: messages name their function.
  std::optional<FunctionName> function;
};

struct RequestsOptions {
  Broker broker;
  std::string client_id;  // the broker keeps our messages under it
  std::vector<Subscription> subscriptions;
  bool unique = false;                        // every request that has an external id is
  std::vector<std::string> rejection_topics;  // get to hear of messages that start nothing
  std::size_t max_json_depth = 256;
  Millis first_backoff{250};  // after a lost connection or a message that cannot start now; doubles
  Millis max_backoff{5'000};
};

struct RequestCounts {
  std::uint64_t received = 0;  // requests that have a job now
  std::uint64_t rejected = 0;  // for good
};

// A message is acknowledged when its job is stored or it was refused for good. When it cannot start
// now, the connection is cut: the broker keeps the message and delivers it with the next
// connection.
//
// A message that is delivered again, because the acknowledgement got lost, starts nothing: its job
// has a key of the broker's session, the message's packet id, topic and text. Packet ids are used
// again, so a message that comes for the first time takes the key from an older job.
class Requests {
 public:
  Requests(RequestsOptions options, Mutex& connecting, JobService& jobs, Store& store,
           Clock& clock);
  ~Requests();
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;

  void Start();
  // Returns when no message is worked on any more; further ones stay with the broker. Idempotent.
  void Stop() EXCLUDES(mu_);

  RequestCounts Counts() const EXCLUDES(mu_);
  bool IsConnected() const { return connection_.IsOpen(); }

 private:
  // The connecting thread.
  void Run();
  void Serve();
  void BeginSession();
  bool AwaitBackoff() EXCLUDES(mu_);
  bool AwaitRejections() EXCLUDES(mu_);
  bool WasCut() const EXCLUDES(mu_);
  void SendRejections() EXCLUDES(mu_);
  void SayConnected();
  void SayUnavailable(const std::string& reason);

  // Paho's thread.
  Receipt OnMessage(const Arrived& message);
  Receipt Take(const Arrived& message, const Subscription& subscription);
  Receipt Waits(const std::string& reason) EXCLUDES(mu_);
  Receipt Reject(const Arrived& message, const char* kind, const Rejection& rejection,
                 const std::optional<std::string>& reply_topic) EXCLUDES(mu_);
  void OnEnd() EXCLUDES(mu_);
  void Complain(const char* kind, const Arrived& message, const std::string& reason);
  const Subscription* SubscriptionOf(std::string_view topic) const;
  std::string CheckReplyTopic(const std::string& topic) const;
  RequestKey KeyOf(const Arrived& message) const;

  const RequestsOptions options_;
  JobService& jobs_;
  Store& store_;
  Clock& clock_;
  std::atomic<std::int64_t> session_ = 0;  // when the broker began it
  std::atomic<bool> stopping_ = false;
  // The connecting thread:
  bool session_is_new_ = false;  // and not stored yet
  std::optional<bool> said_connected_;
  std::optional<MonoTime> connected_since_;
  LogLimit complaints_;  // Paho's thread
  mutable Mutex mu_;
  CondVar changed_;
  bool ended_ GUARDED_BY(mu_) = false;    // the connection
  bool cut_ GUARDED_BY(mu_) = false;      // by us
  bool waiting_ GUARDED_BY(mu_) = false;  // a message could not start, none has since
  Millis backoff_ GUARDED_BY(mu_);
  std::deque<Outgoing> rejections_ GUARDED_BY(mu_);  // not yet published
  RequestCounts counts_ GUARDED_BY(mu_);
  Connection connection_;  // its thread uses the others
  std::thread thread_;
};

}  // namespace mist::mqtt
