#include "master/metrics/time_series.h"

#include <gtest/gtest.h>

namespace mist {
namespace {

const WallTime kNow = FromEpochMillis(1'795'927'479'939);

TEST(DurationCountsTest, APercentileIsOffByAFifthAtMost) {
  DurationCounts counts;
  EXPECT_EQ(counts.Percentile(0.5), std::nullopt);
  for (int millis = 1; millis <= 1000; ++millis) counts.Add(Millis(millis));
  for (const double share : {0.5, 0.95, 0.99}) {
    const double found = static_cast<double>(counts.Percentile(share)->count());
    EXPECT_GE(found, share * 1000 * 0.99);
    EXPECT_LE(found, share * 1000 * 1.45);
  }
}

TEST(DurationCountsTest, TakesDurationsOfAnyLength) {
  DurationCounts counts;
  counts.Add(Millis(0));
  EXPECT_EQ(counts.Percentile(0.5), Millis(1));
  counts.Add(std::chrono::hours(24 * 365));
  EXPECT_GT(*counts.Percentile(1), std::chrono::hours(24 * 30));
}

TEST(TimeSeriesTest, CountsInEachRange) {
  TimeSeries series;
  series.Update(kNow, [](MetricsSlot& slot) { ++slot.counters[MetricsSlot::kFinished]; });
  for (const auto range : {MetricsRange::kHour, MetricsRange::kDay, MetricsRange::kWeek}) {
    const auto slots = series.Read(range, kNow);
    EXPECT_EQ(slots.size(), ShapeOf(range).points);
    EXPECT_EQ(slots.back().counters[MetricsSlot::kFinished], 1U);
    EXPECT_EQ(slots.front().counters[MetricsSlot::kFinished], 0U);
  }
}

TEST(TimeSeriesTest, WhatIsOlderThanTheRangeIsGone) {
  TimeSeries series;
  const auto count = [](MetricsSlot& slot) { ++slot.counters[MetricsSlot::kFinished]; };
  const auto sum = [&](WallTime now) {
    std::uint32_t total = 0;
    for (const MetricsSlot& slot : series.Read(MetricsRange::kHour, now))
      total += slot.counters[MetricsSlot::kFinished];
    return total;
  };
  series.Update(kNow, count);
  EXPECT_EQ(sum(kNow + std::chrono::minutes(59)), 1U);
  EXPECT_EQ(sum(kNow + std::chrono::minutes(60)), 0U);
  series.Update(kNow + std::chrono::minutes(60), count);
  EXPECT_EQ(sum(kNow + std::chrono::minutes(60)), 1U) << "the place is used again";
}

TEST(TimeSeriesTest, AClockThatIsSetBackStartsTheSlotAgain) {
  TimeSeries series;
  const auto count = [](MetricsSlot& slot) { ++slot.counters[MetricsSlot::kFinished]; };
  series.Update(kNow + std::chrono::minutes(60), count);
  series.Update(kNow, count);
  EXPECT_EQ(series.Read(MetricsRange::kHour, kNow).back().counters[MetricsSlot::kFinished], 1U);
}

}  // namespace
}  // namespace mist
