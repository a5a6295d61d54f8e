// Inputs that arrive in one message, so that the broker gets them together.
#pragma once

#include <utility>
#include <vector>

#include "master/broker/inbox.h"

namespace mist {

// Holds inputs back while somebody gathers, then posts them all. One thread at a time.
class InputGroup final : public BrokerInbox {
 public:
  // Posts what was gathered when it goes out of scope, after an exception too.
  class Gathering {
   public:
    explicit Gathering(InputGroup& group) : group_(group) {}
    ~Gathering() { group_.PostGathered(); }
    Gathering(const Gathering&) = delete;
    Gathering& operator=(const Gathering&) = delete;

   private:
    InputGroup& group_;
  };

  explicit InputGroup(BrokerInbox& inbox) : inbox_(inbox) {}

  void Post(Input input) override { inputs_.push_back(std::move(input)); }

 private:
  void PostGathered() {
    if (!inputs_.empty()) inbox_.PostAll(std::exchange(inputs_, {}));
  }

  BrokerInbox& inbox_;  // synchronizes itself
  std::vector<Input> inputs_;
};

}  // namespace mist
