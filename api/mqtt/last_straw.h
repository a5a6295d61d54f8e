// Finds the message that makes a broker end each connection: one of MQTT 3.1.1 has no other way to
// say that it will not take it.
#pragma once

#include <cstddef>
#include <string>

#include "master/broker/job_event.h"

namespace mist::mqtt {

// The sender of messages tells what happened to them. One thread.
class LastStraw {
 public:
  // Small ones are taken by every broker: who ends connections then is not well, and the message
  // waits.
  static constexpr std::size_t kLarge = 64 << 10;
  // It takes so many connections in a row that end with one message alone under way.
  static constexpr int kProof = 4;

  // Since a connection was lost with several messages under way, and a large one may be the reason.
  bool WantsOneByOne() const { return looking_; }

  void OnTaken() { lost_with_ = 0; }
  void OnAllTaken() {
    looking_ = false;
    lost_with_ = 0;
  }
  void OnLostWithSeveral() { looking_ = true; }
  // True when this message is the reason.
  bool OnLostWith(EventNumber event, const std::string& topic, std::size_t bytes) {
    looking_ = looking_ || bytes >= kLarge;
    if (event != event_ || topic != topic_) lost_with_ = 0;
    event_ = event;
    topic_ = topic;
    return ++lost_with_ >= kProof && bytes >= kLarge;
  }

 private:
  bool looking_ = false;
  int lost_with_ = 0;  // connections, one after the other
  EventNumber event_ = 0;
  std::string topic_;
};

}  // namespace mist::mqtt
