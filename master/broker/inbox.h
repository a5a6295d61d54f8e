// Where everybody else hands inputs to the broker.
#pragma once

#include "master/broker/messages.h"

namespace mist {

// Any thread; never blocks. Inputs of one thread are handled in the order in which it posts them.
// After the broker has stopped, inputs are dropped.
class BrokerInbox {
 public:
  virtual ~BrokerInbox() = default;
  virtual void Post(Input input) = 0;
};

}  // namespace mist
