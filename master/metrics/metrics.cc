#include "master/metrics/metrics.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/thread_name.h"

namespace mist {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

json ToJson(const DurationCounts& durations) {
  json sparse = json::array();
  for (std::size_t i = 0; i < DurationCounts::kBuckets; ++i) {
    if (durations.Counts()[i] > 0) sparse.push_back({i, durations.Counts()[i]});
  }
  return sparse;
}

DurationCounts DurationsFrom(const json& sparse) {
  std::array<std::uint32_t, DurationCounts::kBuckets> counts{};
  for (const json& one : sparse) counts.at(one.at(0).get<std::size_t>()) = one.at(1);
  DurationCounts durations;
  durations.SetCounts(counts);
  return durations;
}

json ToJson(const MetricsSlot& slot) {
  json levels = json::array();
  for (const auto& level : slot.levels) levels.push_back(level ? json(*level) : json());
  return {slot.number, slot.counters, levels, ToJson(slot.waiting), ToJson(slot.running)};
}

MetricsSlot SlotFrom(const json& from) {
  MetricsSlot slot;
  slot.number = from.at(0);
  slot.counters = from.at(1);
  for (std::size_t i = 0; i < slot.levels.size(); ++i) {
    const json& level = from.at(2).at(i);
    if (!level.is_null()) slot.levels.at(i) = level.get<std::int32_t>();
  }
  slot.waiting = DurationsFrom(from.at(3));
  slot.running = DurationsFrom(from.at(4));
  return slot;
}

json ToJson(const TimeSeries& series) {
  json ranges = json::array();
  for (std::size_t range = 0; range < kMetricsRanges; ++range) {
    json slots = json::array();
    for (const MetricsSlot& slot : series.Slots(static_cast<MetricsRange>(range))) {
      if (slot.number >= 0) slots.push_back(ToJson(slot));
    }
    ranges.push_back(std::move(slots));
  }
  return ranges;
}

void Restore(TimeSeries& series, const json& ranges) {
  for (std::size_t range = 0; range < kMetricsRanges; ++range) {
    for (const json& slot : ranges.at(range))
      series.Restore(static_cast<MetricsRange>(range), SlotFrom(slot));
  }
}

json ToJson(const std::map<std::string, TimeSeries>& names) {
  json object = json::object();
  for (const auto& [name, series] : names) object[name] = ToJson(series);
  return object;
}

std::optional<MetricsSlot::Counter> CounterOf(JobEvent::Kind kind) {
  switch (kind) {
    case JobEvent::Kind::kInitialized:
      return MetricsSlot::kAccepted;
    case JobEvent::Kind::kFinished:
      return MetricsSlot::kFinished;
    case JobEvent::Kind::kFailed:
      return MetricsSlot::kFailed;
    case JobEvent::Kind::kCancelled:
      return MetricsSlot::kCancelled;
    default:
      return std::nullopt;
  }
}

Millis Between(WallTime begin, WallTime end) {
  return std::max(Millis(0), std::chrono::duration_cast<Millis>(end - begin));
}

// The highest that was seen.
void Raise(MetricsSlot& slot, MetricsSlot::Level level, std::int64_t value) {
  auto& place = slot.levels.at(level);
  place = std::max(place.value_or(0), static_cast<std::int32_t>(value));
}

void WriteAtomically(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes) {
  const std::filesystem::path fresh = file.string() + ".new";
  {
    const FileHandle handle = OpenFile(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    WriteAll(handle, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, fresh);
  }
  std::filesystem::rename(fresh, file);
}

}  // namespace

Metrics::Metrics(MetricsOptions options, Clock& clock)
    : options_(std::move(options)), clock_(clock) {
  Load();
}

void Metrics::Start(Look look) {
  look_ = std::move(look);
  thread_ = std::thread([this] { Run(); });
}

void Metrics::Stop() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  stopped_.NotifyAll();
  thread_.join();
}

void Metrics::Run() {
  NameThisThread("metrics");
  MonoTime next_save = clock_.Mono() + options_.save_every;
  for (;;) {
    {
      MutexLock lock(mu_);
      const MonoTime next_look = clock_.Mono() + options_.look_every;
      if (stopped_.WaitUntil(mu_, next_look, [this]() REQUIRES(mu_) { return stopping_; })) return;
    }
    try {
      RecordLevels(look_(), clock_.Wall());
    } catch (const Error& error) {
      log::Debug("metrics_skipped", {{"reason", error.what()}});  // the broker has stopped
    }
    if (clock_.Mono() < next_save) continue;
    Save();
    next_save = clock_.Mono() + options_.save_every;
  }
}

void Metrics::Record(const JobEvent& event) {
  const Job& job = *event.job;
  const auto counter = CounterOf(event.kind);
  const bool started = event.kind == JobEvent::Kind::kStarted && job.started;
  if (!counter && !started) return;
  MutexLock lock(mu_);
  changed_ = true;
  if (counter) ++totals_.jobs.at(*counter);
  const bool ended = counter && *counter != MetricsSlot::kAccepted && job.started && job.ended;
  const Millis waited = started ? Between(job.created, *job.started) : Millis(0);
  const Millis ran = ended ? Between(*job.started, *job.ended) : Millis(0);
  if (started) {
    totals_.waiting.Add(waited);
    totals_.waiting_sum += waited;
  }
  if (ended) {
    totals_.running.Add(ran);
    totals_.running_sum += ran;
  }
  UpdateLocked(job, event.time, [&](MetricsSlot& slot) {
    if (counter) ++slot.counters.at(*counter);
    if (started) slot.waiting.Add(waited);
    if (ended) slot.running.Add(ran);
  });
}

template <typename Change>
void Metrics::UpdateLocked(const Job& job, WallTime time, Change change) {
  all_.Update(time, change);
  if (TimeSeries* series = FindLocked(functions_, job.call.function.value))
    series->Update(time, change);
  if (TimeSeries* series = FindLocked(contexts_, job.context.value)) series->Update(time, change);
}

TimeSeries* Metrics::FindLocked(Names& names, const std::string& name) {
  const auto found = names.find(name);
  if (found != names.end()) return &found->second;
  if (names.size() >= options_.max_names) return nullptr;
  return &names[name];
}

void Metrics::RecordLevels(const BrokerView& view, WallTime time) {
  BrokerView::Load whole;
  std::map<ContextName, std::pair<std::int64_t, std::int64_t>> workers;  // busy, idle
  for (const BrokerView::Worker& worker : view.workers) {
    auto& [busy, idle] = workers[worker.context];
    busy += worker.state == BrokerView::WorkerState::kBusy;
    idle += worker.state == BrokerView::WorkerState::kIdle;
  }
  const auto raise = [](MetricsSlot& slot, const BrokerView::Load& load, std::int64_t busy,
                        std::int64_t idle) {
    Raise(slot, MetricsSlot::kQueued, load.queued);
    Raise(slot, MetricsSlot::kRunning, load.running);
    Raise(slot, MetricsSlot::kWorkersBusy, busy);
    Raise(slot, MetricsSlot::kWorkersIdle, idle);
  };
  MutexLock lock(mu_);
  changed_ = true;
  std::int64_t all_busy = 0;
  std::int64_t all_idle = 0;
  for (const auto& [name, load] : view.contexts) {
    const auto [busy, idle] = workers[name];
    whole.queued += load.queued;
    whole.running += load.running;
    all_busy += busy;
    all_idle += idle;
    if (TimeSeries* series = FindLocked(contexts_, name.value))
      series->Update(time, [&, busy = busy, idle = idle](MetricsSlot& slot) {
        raise(slot, load, busy, idle);
      });
  }
  for (const auto& [name, load] : view.functions) {
    if (TimeSeries* series = FindLocked(functions_, name.value))
      series->Update(time, [&](MetricsSlot& slot) {
        Raise(slot, MetricsSlot::kQueued, load.queued);
        Raise(slot, MetricsSlot::kRunning, load.running);
      });
  }
  all_.Update(time, [&](MetricsSlot& slot) { raise(slot, whole, all_busy, all_idle); });
}

std::optional<Metrics::Range> Metrics::Read(MetricsRange range,
                                            const std::optional<FunctionName>& function,
                                            const std::optional<ContextName>& context) const {
  const WallTime now = clock_.Wall();
  MutexLock lock(mu_);
  const TimeSeries* series = &all_;
  const Names* names = function ? &functions_ : context ? &contexts_ : nullptr;
  if (names != nullptr) {
    const auto found = names->find(function ? function->value : context->value);
    if (found == names->end()) return std::nullopt;
    series = &found->second;
  }
  Range read;
  read.shape = ShapeOf(range);
  read.slots = series->Read(range, now);
  read.from = FromEpochMillis(read.slots.front().number * read.shape.step.count());
  return read;
}

MetricsTotals Metrics::Totals() const {
  MutexLock lock(mu_);
  return totals_;
}

void Metrics::Load() {
  std::ifstream file(options_.file, std::ios::binary);
  if (!file) return;
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  try {
    const json kept = json::from_cbor(bytes);
    if (kept.at("format") != kFormat) throw Error(ErrorCode::kCorrupt, "another format");
    TimeSeries all;
    Names functions;
    Names contexts;
    Restore(all, kept.at("all"));
    for (const auto& [name, series] : kept.at("functions").items())
      Restore(functions[name], series);
    for (const auto& [name, series] : kept.at("contexts").items()) Restore(contexts[name], series);
    MutexLock lock(mu_);
    all_ = std::move(all);
    functions_ = std::move(functions);
    contexts_ = std::move(contexts);
  } catch (const std::exception& error) {
    log::Warn("metrics_unreadable", {{"file", options_.file.string()},
                                     {"reason", error.what()},
                                     {"effect", "counting begins anew"}});
  }
}

// Not synced: after a power cut an older file is as good.
void Metrics::Save() {
  TimeSeries all;
  Names functions;
  Names contexts;
  {
    MutexLock lock(mu_);
    if (options_.file.empty() || !std::exchange(changed_, false)) return;
    all = all_;
    functions = functions_;
    contexts = contexts_;
  }
  const json kept{{"format", kFormat},
                  {"all", ToJson(all)},
                  {"functions", ToJson(functions)},
                  {"contexts", ToJson(contexts)}};
  try {
    WriteAtomically(options_.file, json::to_cbor(kept));
  } catch (const std::exception& error) {
    log::Warn("metrics_not_saved", {{"reason", error.what()}});
  }
}

}  // namespace mist
