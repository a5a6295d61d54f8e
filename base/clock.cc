#include "base/clock.h"

namespace mist {

Clock& SystemClock() {
  class Real final : public Clock {
   public:
    MonoTime Mono() const override { return std::chrono::steady_clock::now(); }
    WallTime Wall() const override { return std::chrono::system_clock::now(); }
  };
  static Real clock;
  return clock;
}

std::int64_t ToEpochMillis(WallTime time) {
  return std::chrono::floor<Millis>(time.time_since_epoch()).count();
}

WallTime FromEpochMillis(std::int64_t millis) {
  return WallTime(Millis(millis));
}

}  // namespace mist
