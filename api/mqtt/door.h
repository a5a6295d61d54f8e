// The MQTT door of the master: requests in, events out.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "master/events/event_feed.h"
#include "master/events/event_sender.h"
#include "master/services/services.h"
#include "master/store/store.h"

namespace mist::mqtt {

struct DoorOptions {
  std::string uri;  // tcp://host:port or ssl://host:port
  std::string username;
  std::string password;
  std::string ca;  // files
  std::string certificate;
  std::string key;
  std::string client_id;
  std::vector<std::string> subscribe_topics;                   // filters
  std::vector<std::pair<std::string, FunctionName>> bindings;  // filter, function
  bool unique = false;
  std::vector<std::string> publish_topics;
  bool logs = true;
  std::size_t max_json_depth = 256;
};

// Made by main after the services, destroyed before them; its functions are called by main's
// thread, Status() by any. It works as well as it can while the broker is away.
class Door {
 public:
  Door(DoorOptions options, JobService& jobs, EventFeed& events, Store& store, Clock& clock);
  ~Door();
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  // Before the first event of this run. Both throw Error when the store cannot be read.
  void StartEvents();
  void StartRequests();
  // Returns when no request is worked on any more. Idempotent, as the next one.
  void StopRequests();
  // What happened until now is sent until the deadline.
  void StopEvents(MonoTime deadline);

  // For the retention, which lives no longer.
  EventSender& Events();
  MessageBrokerStatus Status() const;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace mist::mqtt
