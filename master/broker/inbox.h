// Where everybody else hands inputs to the broker.
#pragma once

#include <utility>
#include <vector>

#include "master/broker/messages.h"

namespace mist {

// Any thread; never blocks. Inputs of one thread are handled in the order in which it posts them.
// After the broker has stopped, inputs are dropped.
class BrokerInbox {
 public:
  virtual ~BrokerInbox() = default;
  virtual void Post(Input input) = 0;
  // Inputs that belong together: what they write shares one commit.
  virtual void PostAll(std::vector<Input> inputs) {
    for (Input& input : inputs) Post(std::move(input));
  }
};

}  // namespace mist
