// Time behind a seam: production uses SystemClock(), tests and the simulation their own.
#pragma once

#include <chrono>

namespace mist {

using Millis = std::chrono::milliseconds;
using MonoTime = std::chrono::steady_clock::time_point;  // leases, timeouts: never jumps
using WallTime = std::chrono::system_clock::time_point;  // what people and records see

// Thread safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonoTime Mono() const = 0;
  virtual WallTime Wall() const = 0;
};

Clock& SystemClock();

// Milliseconds since the epoch.
std::int64_t ToEpochMillis(WallTime time);
WallTime FromEpochMillis(std::int64_t millis);

}  // namespace mist
