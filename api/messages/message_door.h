// A door to a message broker, as the program starts and stops it.
#pragma once

#include "base/clock.h"
#include "master/events/event_sender.h"
#include "master/services/services.h"

namespace mist {

// Made after the services, destroyed before them. All functions are called by main's thread,
// Status() by any. The broker need not be there: nothing here waits for it.
class MessageDoor {
 public:
  virtual ~MessageDoor() = default;

  // Before the first event of this run. Both throw Error when the store cannot be read.
  virtual void StartEvents() = 0;
  virtual void StartRequests() = 0;
  // Returns when no request is worked on any more. Idempotent, as the next one.
  virtual void StopRequests() = 0;
  // What happened until now is sent until the deadline; the rest after the next start.
  virtual void StopEvents(MonoTime deadline) = 0;

  // For the retention, which lives no longer.
  virtual EventSender& Events() = 0;
  virtual MessageBrokerStatus Status() const = 0;
};

}  // namespace mist
