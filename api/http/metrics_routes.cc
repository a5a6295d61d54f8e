// Numbers over time: JSON for the UI, Prometheus' text for those who watch many programs.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "api/http/process_facts.h"
#include "api/http/replies.h"
#include "api/http/routes.h"
#include "api/json/json_writer.h"

namespace mist::http {
namespace {

using Slot = MetricsSlot;

constexpr char kPrometheusType[] = "text/plain; version=0.0.4; charset=utf-8";

constexpr std::array<std::pair<Slot::Counter, const char*>, Slot::kCounters> kCounters{
    {{Slot::kAccepted, "accepted"},
     {Slot::kFinished, "finished"},
     {Slot::kFailed, "failed"},
     {Slot::kCancelled, "cancelled"}}};
constexpr std::array<std::pair<Slot::Level, const char*>, Slot::kLevels> kLevels{
    {{Slot::kQueued, "queued"},
     {Slot::kRunning, "running"},
     {Slot::kWorkersBusy, "workersBusy"},
     {Slot::kWorkersIdle, "workersIdle"}}};

std::string JsonNumber(std::optional<std::int64_t> number) {
  return number ? std::to_string(*number) : "null";
}

template <typename Value>
std::string Series(const std::vector<Slot>& slots, Value value) {
  JsonArray values;
  for (const Slot& slot : slots) values.Add(JsonNumber(value(slot)));
  return values.Take();
}

std::string Percentiles(const std::vector<Slot>& slots, DurationCounts Slot::*which) {
  JsonObject json;
  for (const auto& [name, share] :
       {std::pair{"p50", 0.5}, std::pair{"p95", 0.95}, std::pair{"p99", 0.99}}) {
    json.Json(name, Series(slots, [&, share = share](const Slot& slot) {
                const auto duration = (slot.*which).Percentile(share);
                return duration ? std::optional<std::int64_t>(duration->count()) : std::nullopt;
              }));
  }
  return json.Take();
}

std::string RangeJson(const Metrics::Range& range) {
  JsonObject series;
  for (const auto& [counter, name] : kCounters) {
    series.Json(name, Series(range.slots, [counter = counter](const Slot& slot) {
                  return std::optional<std::int64_t>(slot.counters.at(counter));
                }));
  }
  for (const auto& [level, name] : kLevels) {
    series.Json(name, Series(range.slots, [level = level](const Slot& slot) {
                  const auto& seen = slot.levels.at(level);
                  return seen ? std::optional<std::int64_t>(*seen) : std::nullopt;
                }));
  }
  return JsonObject()
      .Number("from", ToEpochMillis(range.from))
      .Number("step", range.shape.step.count())
      .Number("points", static_cast<std::int64_t>(range.slots.size()))
      .Json("series", series.Take())
      .Json("waiting", Percentiles(range.slots, &Slot::waiting))
      .Json("running", Percentiles(range.slots, &Slot::running))
      .Take();
}

OrReply<MetricsRange> ReadRange(const Query& query) {
  const std::string_view text = query.Find("range").value_or("hour");
  if (text == "hour") return MetricsRange::kHour;
  if (text == "day") return MetricsRange::kDay;
  if (text == "week") return MetricsRange::kWeek;
  return MalformedQuery("range", "'" + std::string(text) + "' is not hour, day or week");
}

template <typename Name>
std::optional<Name> NameIn(const Query& query, std::string_view parameter) {
  const auto value = query.Find(parameter);
  return value ? std::optional(Name{std::string(*value)}) : std::nullopt;
}

Reply ReadMetrics(const Services& services, const Call& call) {
  const auto range = ReadRange(call.query);
  if (const Reply* refused = std::get_if<Reply>(&range)) return *refused;
  const auto function = NameIn<FunctionName>(call.query, "function");
  const auto context = NameIn<ContextName>(call.query, "context");
  if (function && context)
    return MalformedQuery("context", "a function and a context cannot be asked for together");
  const auto read = services.metrics.Read(std::get<MetricsRange>(range), function, context);
  if (!read)
    return TextReply(404, "Nothing was counted for " +
                              (function ? "function " + function->value
                                        : "context " + context.value_or(ContextName()).value));
  return JsonReply(RangeJson(*read));
}

// ---- Prometheus ---------------------------------------------------------------------------------

class Exposition {
 public:
  void Family(const char* name, const char* type, const char* help) {
    text_ += std::string("# HELP ") + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
  }
  void Sample(std::string_view name, std::string_view labels, const std::string& value) {
    text_ += name;
    if (!labels.empty()) text_ += '{' + std::string(labels) + '}';
    text_ += ' ' + value + '\n';
  }
  template <typename Number>
  void Single(const char* name, const char* type, const char* help, Number value) {
    Family(name, type, help);
    Sample(name, "", std::to_string(value));
  }
  void Histogram(const char* name, const char* help, const DurationCounts& counts, Millis sum) {
    Family(name, "histogram", help);
    const std::string bucket = std::string(name) + "_bucket";
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < DurationCounts::kBuckets; ++i) {
      below += counts.Counts().at(i);
      if (i % 4 == 0)
        Sample(bucket, "le=\"" + Seconds(DurationCounts::UpperBound(i)) + '"',
               std::to_string(below));
    }
    Sample(bucket, "le=\"+Inf\"", std::to_string(below));
    Sample(std::string(name) + "_sum", "", Seconds(sum));
    Sample(std::string(name) + "_count", "", std::to_string(below));
  }
  std::string Take() { return std::move(text_); }

 private:
  static std::string Seconds(Millis time) {
    const std::string millis = std::to_string(time.count() % 1000);
    return std::to_string(time.count() / 1000) + '.' + std::string(3 - millis.size(), '0') + millis;
  }

  std::string text_;
};

void WriteJobs(const Services& services, Exposition& out) {
  const MetricsTotals totals = services.metrics.Totals();
  out.Family("mist_jobs_total", "counter", "Jobs since the start of the master, by what happened");
  for (const auto& [counter, name] : kCounters)
    out.Sample("mist_jobs_total", std::string("event=\"") + name + '"',
               std::to_string(totals.jobs.at(counter)));
  out.Histogram("mist_job_waiting_seconds", "From a job's acceptance to its start", totals.waiting,
                totals.waiting_sum);
  out.Histogram("mist_job_running_seconds", "From a job's start to its end", totals.running,
                totals.running_sum);
}

void WriteLevels(const BrokerView& view, Exposition& out) {
  std::int64_t queued = 0;
  std::int64_t running = 0;
  for (const auto& [name, load] : view.contexts) {
    queued += load.queued;
    running += load.running;
  }
  out.Single("mist_jobs_queued", "gauge", "Jobs that wait for a worker", queued);
  out.Single("mist_jobs_running", "gauge", "Jobs that have a worker", running);
  const auto count = [&](BrokerView::WorkerState state) {
    return std::to_string(std::count_if(view.workers.begin(), view.workers.end(),
                                        [&](const auto& one) { return one.state == state; }));
  };
  using State = BrokerView::WorkerState;
  out.Family("mist_workers", "gauge", "Workers by state");
  out.Sample("mist_workers", "state=\"starting\"", count(State::kStarting));
  out.Sample("mist_workers", "state=\"idle\"", count(State::kIdle));
  out.Sample("mist_workers", "state=\"busy\"", count(State::kBusy));
  out.Sample("mist_workers", "state=\"stopping\"", count(State::kStopping));
}

void WriteBrokers(const std::vector<MessageBrokerStatus>& brokers, Exposition& out) {
  if (brokers.empty()) return;
  const auto family = [&](const char* name, const char* type, const char* help, auto value) {
    out.Family(name, type, help);
    for (const MessageBrokerStatus& broker : brokers)
      out.Sample(name, "broker=\"" + broker.name + '"', std::to_string(value(broker)));
  };
  family("mist_message_broker_connected", "gauge", "1: connected to Kafka or MQTT",
         [](const auto& broker) { return broker.connected ? 1 : 0; });
  family("mist_message_broker_requests_total", "counter", "Requests that came from it",
         [](const auto& broker) { return broker.received; });
  family("mist_message_broker_rejected_total", "counter", "Requests that were no calls",
         [](const auto& broker) { return broker.rejected; });
  family("mist_message_broker_events_total", "counter", "Events that it has taken",
         [](const auto& broker) { return broker.delivered; });
  family("mist_message_broker_dropped_total", "counter", "Events that it did not get",
         [](const auto& broker) { return broker.dropped_events + broker.waited_too_long; });
}

Reply Prometheus(const Services& services, const StreamServer& streams) {
  const MasterStatus status = services.status.Status();
  const ProcessFacts process = ReadProcessFacts();
  Exposition out;
  WriteJobs(services, out);
  WriteLevels(services.status.View(), out);
  WriteBrokers(status.message_brokers, out);
  const StreamCounts counts = streams.Counts();
  out.Single("mist_streams_open", "gauge", "Event streams that are open", counts.open);
  out.Single("mist_streams_dropped_total", "counter", "Streams of clients that were too slow",
             counts.dropped);
  out.Single("mist_store_healthy", "gauge", "1: the store takes writes",
             status.store_healthy ? 1 : 0);
  out.Single("mist_accepting_jobs", "gauge", "1: new jobs are taken",
             status.accepting_jobs ? 1 : 0);
  out.Single("mist_log_lines_lost_total", "counter",
             "Lines of jobs' logs that could not be written", services.logs.LostLines());
  out.Single("process_resident_memory_bytes", "gauge", "Resident memory of the master",
             process.heap.used_mib << 20);
  out.Single("process_threads", "gauge", "Threads of the master", process.threads);
  out.Single("process_start_time_seconds", "gauge", "When the master was started, since the epoch",
             ToEpochMillis(status.started) / 1000);
  return {.content_type = kPrometheusType, .body = out.Take()};
}

}  // namespace

void AddMetricsRoutes(Router& router, const Services& services, const StreamServer& streams) {
  router.Add("GET", "/v2/api/metrics",
             [services](const Call& call) { return ReadMetrics(services, call); });
  router.Add("GET", "/metrics",
             [services, &streams](const Call&) { return Prometheus(services, streams); });
}

}  // namespace mist::http
