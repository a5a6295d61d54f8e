// The MQTT door of the master: requests in, events out.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/messages/message_door.h"
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

class Door final : public MessageDoor {
 public:
  Door(DoorOptions options, JobService& jobs, EventFeed& events, Store& store, Clock& clock);
  ~Door() override;
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  void StartEvents() override;
  void StartRequests() override;
  void StopRequests() override;
  void StopEvents(MonoTime deadline) override;
  EventSender& Events() override;
  MessageBrokerStatus Status() const override;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace mist::mqtt
