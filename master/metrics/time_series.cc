#include "master/metrics/time_series.h"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <utility>

namespace mist {
namespace {

constexpr std::array<RangeShape, kMetricsRanges> kShapes{RangeShape{std::chrono::minutes(1), 60},
                                                         RangeShape{std::chrono::minutes(15), 96},
                                                         RangeShape{std::chrono::hours(1), 168}};

std::int64_t NumberOf(MetricsRange range, WallTime time) {
  return ToEpochMillis(time) / ShapeOf(range).step.count();
}

}  // namespace

Millis DurationCounts::UpperBound(std::size_t bucket) {
  static const auto bounds = [] {
    std::array<Millis, kBuckets> made{};
    for (std::size_t i = 0; i < kBuckets; ++i)
      made[i] = Millis(std::llround(std::pow(2.0, static_cast<double>(i) / 2)));
    return made;
  }();
  return bounds.at(bucket);
}

void DurationCounts::Add(Millis duration) {
  const auto buckets = std::views::iota(std::size_t{0}, kBuckets - 1);  // the last has no bound
  const auto bucket = std::ranges::lower_bound(buckets, duration, {}, UpperBound);
  ++counts_[static_cast<std::size_t>(bucket - buckets.begin())];
  ++total_;
}

void DurationCounts::Add(const DurationCounts& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
}

void DurationCounts::SetCounts(const std::array<std::uint32_t, kBuckets>& counts) {
  counts_ = counts;
  total_ = 0;
  for (const std::uint32_t count : counts) total_ += count;
}

std::optional<Millis> DurationCounts::Percentile(double share) const {
  if (total_ == 0) return std::nullopt;
  const double wanted = share * static_cast<double>(total_);
  double seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (counts_[i] > 0 && seen >= wanted) return UpperBound(i);
  }
  return UpperBound(kBuckets - 1);
}

RangeShape ShapeOf(MetricsRange range) {
  return kShapes[static_cast<std::size_t>(range)];
}

TimeSeries::TimeSeries() {
  for (std::size_t range = 0; range < kMetricsRanges; ++range)
    rings_[range].resize(kShapes[range].points);
}

// A clock that was set back finds a slot of the future: it is used again.
MetricsSlot& TimeSeries::SlotAt(MetricsRange range, WallTime time) {
  const std::int64_t number = NumberOf(range, time);
  auto& ring = rings_[Index(range)];
  MetricsSlot& slot = ring[static_cast<std::size_t>(number) % ring.size()];
  if (slot.number != number) {
    slot = MetricsSlot();
    slot.number = number;
  }
  return slot;
}

std::vector<MetricsSlot> TimeSeries::Read(MetricsRange range, WallTime now) const {
  const auto& ring = rings_[Index(range)];
  const std::int64_t last = NumberOf(range, now);
  std::vector<MetricsSlot> slots;
  for (auto number = last - static_cast<std::int64_t>(ring.size()) + 1; number <= last; ++number) {
    const MetricsSlot& slot = ring[static_cast<std::size_t>(number) % ring.size()];
    slots.push_back(slot.number == number ? slot : MetricsSlot());
    slots.back().number = number;
  }
  return slots;
}

void TimeSeries::Restore(MetricsRange range, MetricsSlot slot) {
  auto& ring = rings_[Index(range)];
  MetricsSlot& place = ring[static_cast<std::size_t>(slot.number) % ring.size()];
  if (place.number < slot.number) place = std::move(slot);
}

}  // namespace mist
