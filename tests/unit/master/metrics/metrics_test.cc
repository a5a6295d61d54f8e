#include "master/metrics/metrics.h"

#include <fstream>
#include <memory>

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/jobs.h"
#include "tests/support/temp_folder.h"

namespace mist {
namespace {

using testing::MakeJob;
using testing::TempFolder;

std::uint32_t Sum(const Metrics::Range& range, MetricsSlot::Counter counter) {
  std::uint32_t sum = 0;
  for (const MetricsSlot& slot : range.slots) sum += slot.counters.at(counter);
  return sum;
}

// A job that waited for 2 s and ran for 5.
JobEvent EventOf(JobEvent::Kind kind, const std::string& function = "f") {
  Job job = MakeJob(function);
  job.context = ContextName{"c"};
  job.created = SystemClock().Wall();
  job.started = job.created + Millis(2000);
  job.ended = job.created + Millis(7000);
  return {1, kind, job.created, std::make_shared<const Job>(job)};
}

Metrics::Range Hour(const Metrics& metrics) {
  return *metrics.Read(MetricsRange::kHour, {}, {});
}

TEST(MetricsTest, CountsJobsAsAWholeAndByTheirNames) {
  Metrics metrics({}, SystemClock());
  metrics.Record(EventOf(JobEvent::Kind::kInitialized));
  metrics.Record(EventOf(JobEvent::Kind::kQueued));
  metrics.Record(EventOf(JobEvent::Kind::kStarted));
  metrics.Record(EventOf(JobEvent::Kind::kFinished));
  metrics.Record(EventOf(JobEvent::Kind::kFailed, "g"));
  EXPECT_EQ(Sum(Hour(metrics), MetricsSlot::kAccepted), 1U);
  EXPECT_EQ(Sum(Hour(metrics), MetricsSlot::kFinished), 1U);
  EXPECT_EQ(Sum(Hour(metrics), MetricsSlot::kFailed), 1U);
  const auto of_f = *metrics.Read(MetricsRange::kHour, FunctionName{"f"}, {});
  EXPECT_EQ(Sum(of_f, MetricsSlot::kFinished), 1U);
  EXPECT_EQ(Sum(of_f, MetricsSlot::kFailed), 0U);
  const auto of_c = *metrics.Read(MetricsRange::kHour, {}, ContextName{"c"});
  EXPECT_EQ(Sum(of_c, MetricsSlot::kFailed), 1U);
  EXPECT_FALSE(metrics.Read(MetricsRange::kHour, FunctionName{"nobody"}, {}));
}

TEST(MetricsTest, TellsHowLongJobsWaitAndRun) {
  Metrics metrics({}, SystemClock());
  metrics.Record(EventOf(JobEvent::Kind::kStarted));
  metrics.Record(EventOf(JobEvent::Kind::kFinished));
  const MetricsTotals totals = metrics.Totals();
  EXPECT_NEAR(static_cast<double>(totals.waiting.Percentile(0.5)->count()), 2000, 900);
  EXPECT_NEAR(static_cast<double>(totals.running.Percentile(0.5)->count()), 5000, 2000);
  EXPECT_EQ(totals.waiting_sum, Millis(2000));
  EXPECT_EQ(totals.running_sum, Millis(5000));
}

TEST(MetricsTest, KeepsTheHighestLevelOfASpan) {
  Metrics metrics({}, SystemClock());
  BrokerView view;
  view.contexts[{"c"}] = {7, 2};
  view.functions[{"f"}] = {7, 2};
  view.workers.push_back({{"w"}, {"c"}, BrokerView::WorkerState::kBusy, {}, {}});
  const WallTime now = SystemClock().Wall();
  metrics.RecordLevels(view, now);
  metrics.RecordLevels({}, now);
  const MetricsSlot slot = metrics.Read(MetricsRange::kWeek, {}, {})->slots.back();
  EXPECT_EQ(slot.levels[MetricsSlot::kQueued], 7);
  EXPECT_EQ(slot.levels[MetricsSlot::kRunning], 2);
  EXPECT_EQ(slot.levels[MetricsSlot::kWorkersBusy], 1);
  EXPECT_EQ(slot.levels[MetricsSlot::kWorkersIdle], 0);
  EXPECT_EQ(metrics.Read(MetricsRange::kWeek, {}, {})->slots.front().levels[0], std::nullopt);
}

TEST(MetricsTest, ABoundedNumberOfNamesHasASeries) {
  Metrics metrics({.file = {}, .max_names = 2}, SystemClock());
  for (const char* function : {"a", "b", "c"})
    metrics.Record(EventOf(JobEvent::Kind::kFinished, function));
  EXPECT_TRUE(metrics.Read(MetricsRange::kHour, FunctionName{"b"}, {}));
  EXPECT_FALSE(metrics.Read(MetricsRange::kHour, FunctionName{"c"}, {}));
  EXPECT_EQ(Sum(Hour(metrics), MetricsSlot::kFinished), 3U);
}

TEST(MetricsTest, WhatWasCountedIsThereAfterARestart) {
  const TempFolder folder;
  const MetricsOptions options{.file = folder.Path() / "metrics.cbor"};
  {
    Metrics metrics(options, SystemClock());
    metrics.Record(EventOf(JobEvent::Kind::kStarted));
    metrics.Record(EventOf(JobEvent::Kind::kFinished));
    metrics.Save();
  }
  const Metrics metrics(options, SystemClock());
  const auto range = *metrics.Read(MetricsRange::kDay, FunctionName{"f"}, {});
  EXPECT_EQ(Sum(range, MetricsSlot::kFinished), 1U);
  DurationCounts running;
  for (const MetricsSlot& slot : range.slots) running.Add(slot.running);
  EXPECT_TRUE(running.Percentile(0.5).has_value());
  EXPECT_EQ(metrics.Totals().jobs[MetricsSlot::kFinished], 0U) << "of the master before";
}

TEST(MetricsTest, ADamagedFileBeginsANewCount) {
  const TempFolder folder;
  const MetricsOptions options{.file = folder.Path() / "metrics.cbor"};
  for (const char* contents : {"", "nonsense",
                               "\xa1\x66"
                               "format\x02"}) {
    std::ofstream(options.file, std::ios::trunc) << contents;
    Metrics metrics(options, SystemClock());
    EXPECT_EQ(Sum(Hour(metrics), MetricsSlot::kFinished), 0U);
    metrics.Record(EventOf(JobEvent::Kind::kFinished));
    metrics.Save();
    EXPECT_EQ(Sum(Hour(Metrics(options, SystemClock())), MetricsSlot::kFinished), 1U);
  }
}

TEST(MetricsTest, StopsWhileTheBrokerDoesNotAnswer) {
  Metrics metrics({.file = {}, .look_every = Millis(1)}, SystemClock());
  metrics.Start([]() -> BrokerView { throw Error(ErrorCode::kUnavailable, "stopping"); });
  metrics.Stop();
  metrics.Stop();
}

}  // namespace
}  // namespace mist
