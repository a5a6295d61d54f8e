// How many jobs, how long they wait and run, how busy the workers are: over the last hour, day and
// week, as a whole and for each function and context, and since the start.
//
// Memory is fixed: a bounded number of functions and contexts has series of its own, those that
// came first; all count in the whole. An event costs a few increments under a lock that is held for
// no longer. What was counted survives the master in a file.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "master/broker/job_event.h"
#include "master/broker/messages.h"
#include "master/metrics/time_series.h"

namespace mist {

// Since the start of this master.
struct MetricsTotals {
  std::array<std::uint64_t, MetricsSlot::kCounters> jobs{};
  DurationCounts waiting;
  DurationCounts running;
  Millis waiting_sum{0};
  Millis running_sum{0};
};

struct MetricsOptions {
  std::filesystem::path file;  // empty: nothing is kept
  Millis look_every{10'000};   // at the broker, for levels
  Millis save_every{60'000};
  std::size_t max_names = 32;  // functions, and as many contexts, with series of their own
};

// Owned by main. Record() from the broker's thread, reads from any; one thread of its own looks at
// the broker and writes the file.
class Metrics {
 public:
  // Throws what it likes: then nothing is noted this time.
  using Look = std::function<BrokerView()>;

  // Reads the file. One that cannot be read is logged, and counting begins anew.
  Metrics(MetricsOptions options, Clock& clock);
  ~Metrics() { Stop(); }
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void Start(Look look);      // once
  void Stop() EXCLUDES(mu_);  // idempotent; before the broker stops, which it looks at
  void Save() EXCLUDES(mu_);  // writes the file when something has changed

  // The event is durable. Never blocks on the disk.
  void Record(const JobEvent& event) EXCLUDES(mu_);
  void RecordLevels(const BrokerView& view, WallTime time) EXCLUDES(mu_);

  struct Range {
    WallTime from;
    RangeShape shape;
    std::vector<MetricsSlot> slots;
  };
  // nullopt for a name without a series of its own. Without a name the whole.
  std::optional<Range> Read(MetricsRange range, const std::optional<FunctionName>& function,
                            const std::optional<ContextName>& context) const EXCLUDES(mu_);
  MetricsTotals Totals() const EXCLUDES(mu_);

 private:
  using Names = std::map<std::string, TimeSeries>;

  void Run();
  void Load() EXCLUDES(mu_);
  TimeSeries* FindLocked(Names& names, const std::string& name) REQUIRES(mu_);
  template <typename Change>
  void UpdateLocked(const Job& job, WallTime time, Change change) REQUIRES(mu_);

  const MetricsOptions options_;
  Clock& clock_;  // synchronizes itself
  Look look_;     // constant after Start()
  mutable Mutex mu_;
  CondVar stopped_;
  bool stopping_ GUARDED_BY(mu_) = false;
  bool changed_ GUARDED_BY(mu_) = false;  // since the file was written
  TimeSeries all_ GUARDED_BY(mu_);
  Names functions_ GUARDED_BY(mu_);
  Names contexts_ GUARDED_BY(mu_);
  MetricsTotals totals_ GUARDED_BY(mu_);
  std::thread thread_;  // last: uses the fields above
};

}  // namespace mist
