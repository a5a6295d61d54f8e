// Counts and levels over the last hour, day and week, in a fixed amount of memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/duration.h"

namespace mist {

// How long things took, in buckets that grow by a factor of the square root of two: a percentile is
// off by a fifth at most. From 1 ms to five weeks.
class DurationCounts {
 public:
  static constexpr std::size_t kBuckets = 64;

  void Add(Millis duration);
  void Add(const DurationCounts& other);
  // The duration that a share (0 to 1) of all did not exceed; nullopt when there is none.
  std::optional<Millis> Percentile(double share) const;
  bool IsEmpty() const { return total_ == 0; }

  const std::array<std::uint32_t, kBuckets>& Counts() const { return counts_; }
  void SetCounts(const std::array<std::uint32_t, kBuckets>& counts);
  // The durations of bucket i are at most so long.
  static Millis UpperBound(std::size_t bucket);

 private:
  std::array<std::uint32_t, kBuckets> counts_{};
  std::uint64_t total_ = 0;
};

// What happened in one span of time, and the highest levels that were seen in it.
struct MetricsSlot {
  enum Counter { kAccepted, kFinished, kFailed, kCancelled, kCounters };
  enum Level { kQueued, kRunning, kWorkersBusy, kWorkersIdle, kLevels };

  std::int64_t number = -1;  // of the span since the epoch; -1: nothing happened yet
  std::array<std::uint32_t, kCounters> counters{};
  std::array<std::optional<std::int32_t>, kLevels> levels{};
  DurationCounts waiting;  // of jobs that were started
  DurationCounts running;  // of jobs that have ended
};

enum class MetricsRange { kHour, kDay, kWeek };
inline constexpr std::size_t kMetricsRanges = 3;

struct RangeShape {
  Millis step;
  std::size_t points = 0;
};
RangeShape ShapeOf(MetricsRange range);

// Used under the lock of whoever owns it.
class TimeSeries {
 public:
  TimeSeries();

  // Calls change(slot) for the slot of this time in each range.
  template <typename Change>
  void Update(WallTime time, Change change) {
    for (std::size_t range = 0; range < kMetricsRanges; ++range)
      change(SlotAt(static_cast<MetricsRange>(range), time));
  }

  // All slots of the range that ends with this time, the oldest first; empty ones in between.
  std::vector<MetricsSlot> Read(MetricsRange range, WallTime now) const;

  // For the file. Those that are not empty; a slot that is older than the range is ignored.
  const std::vector<MetricsSlot>& Slots(MetricsRange range) const { return rings_[Index(range)]; }
  void Restore(MetricsRange range, MetricsSlot slot);

 private:
  static std::size_t Index(MetricsRange range) { return static_cast<std::size_t>(range); }
  MetricsSlot& SlotAt(MetricsRange range, WallTime time);

  std::array<std::vector<MetricsSlot>, kMetricsRanges> rings_;
};

}  // namespace mist
