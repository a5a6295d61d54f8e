// Lets a thing of each kind into the log at most once in a second. One thread.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "base/clock.h"

namespace mist {

class LogLimit {
 public:
  bool Allows(const std::string& kind, MonoTime now) {
    const auto [last, is_new] = last_.try_emplace(kind, now);
    if (!is_new && now - last->second < std::chrono::seconds(1)) return false;
    last->second = now;
    return true;
  }

 private:
  std::map<std::string, MonoTime> last_;
};

}  // namespace mist
