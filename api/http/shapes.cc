#include "api/http/shapes.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "api/json/event_json.h"
#include "api/json/json_writer.h"
#include "contexts/context_json.h"
#include "master/broker/job_state.h"

namespace mist::http {
namespace {

std::string SparkConfJson(const ContextConfig& config) {
  JsonObject object;
  for (const auto& [key, value] : config.spark_conf) object.Text(key, value);
  return object.Take();
}

std::string MemoryJson(const MemoryFacts& memory) {
  return JsonObject()
      .Number("used", memory.used_mib)
      .Number("commited", memory.committed_mib)  // the original's spelling, which clients read
      .Number("max", memory.max_mib)
      .Number("init", memory.initial_mib)
      .Take();
}

std::string ErrorsOf(const EndedJob& ended) {
  JsonArray errors;
  if (ended.job->state == JobState::kCancelled) {
    errors.Add(QuoteJson("Job was cancelled: " + ended.cancel_reason).value);
  } else {
    errors.Add(ended.job->result ? ended.job->result->value : "\"\"");
  }
  return errors.Take();
}

std::string FailedStartsJson(const FailedStarts& failed) {
  JsonObject json;
  json.Number("count", failed.count)
      .Boolean("broken", failed.broken)
      .Number("since", ToEpochMillis(failed.since))
      .Number("last", ToEpochMillis(failed.last));
  if (failed.next_try) json.Number("nextTry", ToEpochMillis(*failed.next_try));
  return json.Text("reason", failed.reason)
      .Text("repair", "mist-cli repair context " + failed.context.value)
      .Take();
}

// As it is collected.
struct Attempt {
  std::optional<WorkerId> worker = {};
  JsonArray steps = {};

  void Add(std::string_view state, const JobStep& step) {
    JsonObject json;
    json.Text("state", state).Number("time", ToEpochMillis(step.time));
    if (!step.reason.empty()) json.Text("reason", step.reason);
    steps.Add(json.Take());
  }
};

std::string_view NameOf(JobWaits::Reason reason) {
  switch (reason) {
    case JobWaits::Reason::kMaxJobs:
      return "max-jobs";
    case JobWaits::Reason::kWorkerStarting:
      return "worker-starting";
    case JobWaits::Reason::kWorkerBusy:
      return "worker-busy";
    case JobWaits::Reason::kStartFailed:
      return "worker-start-failed";
    case JobWaits::Reason::kBroken:
      return "context-broken";
    case JobWaits::Reason::kRetryBackoff:
      return "retry-backoff";
    case JobWaits::Reason::kShuttingDown:
      return "master-stopping";
  }
  return "";
}

std::string_view NameOf(BrokerView::WorkerState state) {
  switch (state) {
    case BrokerView::WorkerState::kStarting:
      return "starting";
    case BrokerView::WorkerState::kIdle:
      return "idle";
    case BrokerView::WorkerState::kBusy:
      return "busy";
    case BrokerView::WorkerState::kStopping:
      return "stopping";
  }
  return "";
}

struct WorkerCounts {
  std::int64_t starting = 0;
  std::int64_t idle = 0;
  std::int64_t busy = 0;

  void Count(BrokerView::WorkerState state) {
    if (state == BrokerView::WorkerState::kStarting) ++starting;
    if (state == BrokerView::WorkerState::kIdle) ++idle;
    if (state == BrokerView::WorkerState::kBusy) ++busy;
  }
  std::string Json() const {
    return JsonObject()
        .Number("starting", starting)
        .Number("idle", idle)
        .Number("busy", busy)
        .Take();
  }
};

JsonObject LoadJson(const std::string& name, const BrokerView::Load& load) {
  JsonObject json;
  json.Text("name", name).Number("queued", load.queued).Number("running", load.running);
  return json;
}

}  // namespace

std::string ContextJson(const ContextConfig& config, const std::vector<FailedStarts>& failing) {
  std::string json = ToJson(config).value;
  const auto found = std::find_if(failing.begin(), failing.end(), [&config](const auto& failed) {
    return failed.context == config.name;
  });
  if (found == failing.end()) return json;
  json.pop_back();
  return json + ",\"failedStarts\":" + FailedStartsJson(*found) + "}";
}

std::string JobDetailsJson(const Job& job) {
  JsonObject details;
  details.Text("function", job.call.function.value).Text("jobId", job.id.value);
  details.Json("params", ParamsJson(job)).Text("context", job.context.value);
  if (job.external_id) details.Text("externalId", *job.external_id);
  details.Text("source", ToString(job.source));
  if (job.started) details.Number("startTime", ToEpochMillis(*job.started));
  if (job.ended) details.Number("endTime", ToEpochMillis(*job.ended));
  if (job.result) details.Json("jobResult", job.result->value);
  details.Text("status", ToString(job.state));
  if (job.worker) details.Text("workerId", job.worker->value);
  if (job.retry.retries) details.Number("retries", *job.retry.retries);
  if (job.retry.retry_on) details.Text("retryOn", ToString(*job.retry.retry_on));
  if (job.retry.retry_backoff)
    details.Text("retryBackoff", ToJsonDuration(job.retry.retry_backoff));
  return details.Number("createTime", ToEpochMillis(job.created)).Take();
}

std::string JobListJson(const JobPage& page, bool paginate) {
  JsonArray jobs;
  for (const Job& job : page.jobs) jobs.Add(JobDetailsJson(job));
  if (!paginate) return jobs.Take();
  JsonObject json;
  json.Json("jobs", jobs.Take());
  if (page.total) json.Number("total", *page.total);
  if (page.next) json.Text("next", page.next->value);
  if (page.scanned_to) json.Number("scannedTo", ToEpochMillis(*page.scanned_to));
  return json.Take();
}

std::string AttemptsJson(const std::vector<JobStep>& course) {
  std::vector<Attempt> attempts;
  for (const JobStep& step : course) {
    const bool waits = step.kind == JobEvent::Kind::kQueued;
    if (waits && !attempts.empty()) attempts.back().Add("requeued", step);
    if (waits || attempts.empty()) attempts.emplace_back();
    if (step.worker) attempts.back().worker = step.worker;
    if (step.worker_starting)
      attempts.back().Add("worker-starting", {step.kind, *step.worker_starting});
    attempts.back().Add(ToString(step.kind), waits ? JobStep{step.kind, step.time} : step);
  }
  JsonArray json;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    JsonObject attempt;
    attempt.Number("attempt", static_cast<std::int64_t>(i + 1));
    if (attempts[i].worker) attempt.Text("workerId", attempts[i].worker->value);
    json.Add(attempt.Json("steps", attempts[i].steps.Take()).Take());
  }
  return JsonObject().Json("attempts", json.Take()).Take();
}

std::string JobWaitsJson(const JobWaits& waits) {
  return JsonObject()
      .Boolean("waiting", true)
      .Text("reason", NameOf(waits.reason))
      .Text("text", waits.text)
      .Number("ahead", waits.ahead)
      .Number("since", ToEpochMillis(waits.since))
      .Take();
}

std::string OverviewJson(const BrokerView& view, WallTime time) {
  std::map<ContextName, WorkerCounts> workers;
  JsonArray listed;
  for (const BrokerView::Worker& worker : view.workers) {
    workers[worker.context].Count(worker.state);
    JsonArray jobs;
    for (const JobId& job : worker.jobs) jobs.Add(QuoteJson(job.value).value);
    listed.Add(JsonObject()
                   .Text("id", worker.id.value)
                   .Text("context", worker.context.value)
                   .Text("state", NameOf(worker.state))
                   .Number("since", ToEpochMillis(worker.since))
                   .Json("jobs", jobs.Take())
                   .Take());
  }
  JsonArray contexts;
  for (const auto& [name, load] : view.contexts) {
    contexts.Add(LoadJson(name.value, load).Json("workers", workers[name].Json()).Take());
  }
  JsonArray functions;
  for (const auto& [name, load] : view.functions) functions.Add(LoadJson(name.value, load).Take());
  return JsonObject()
      .Number("time", ToEpochMillis(time))
      .Json("contexts", contexts.Take())
      .Json("functions", functions.Take())
      .Json("workers", listed.Take())
      .Take();
}

std::string JobResultJson(const EndedJob& ended) {
  if (ended.job->state == JobState::kFinished) {
    return JsonObject()
        .Boolean("success", true)
        .Json("payload", ended.job->result ? ended.job->result->value : "{}")
        .Json("errors", "[]")
        .Take();
  }
  return JsonObject()
      .Boolean("success", false)
      .Json("payload", "{}")
      .Json("errors", ErrorsOf(ended))
      .Take();
}

std::string WorkerLinkJson(const WorkerInfo& worker, const MasterAddresses& master) {
  const ContextConfig& config = worker.config;
  const bool exclusive = config.worker_mode == WorkerMode::kExclusive;
  JsonObject info;
  info.Json("sparkConf", SparkConfJson(config));
  info.Number("maxJobs", exclusive ? 1 : config.max_jobs);
  info.Text("downtime", ToJsonDuration(config.downtime));
  info.Text("streamingDuration", ToJsonDuration(config.streaming_duration));
  // Log lines come in on the same connection as everything else of a worker.
  info.Text("logService", master.workers).Text("masterAddress", master.workers);
  info.Text("masterHttpConf", master.http).Number("maxArtifactSize", master.max_artifact_bytes);
  info.Text("runOptions", config.run_options);

  JsonObject link;
  link.Text("name", worker.id.value).Text("address", worker.address);
  if (worker.spark_ui) link.Text("sparkUi", *worker.spark_ui);
  return link.Json("initInfo", info.Take()).Take();
}

std::string BrokerJson(const MessageBrokerStatus& broker) {
  return JsonObject()
      .Boolean("connected", broker.connected)
      .Number("received", static_cast<std::int64_t>(broker.received))
      .Number("rejected", static_cast<std::int64_t>(broker.rejected))
      .Number("delivered", static_cast<std::int64_t>(broker.delivered))
      .Number("droppedEvents", static_cast<std::int64_t>(broker.dropped_events))
      .Number("droppedLines", static_cast<std::int64_t>(broker.dropped_lines))
      .Number("waitedTooLong", static_cast<std::int64_t>(broker.waited_too_long))
      .Take();
}

std::string RetentionJson(const RetentionStatus& taken) {
  return JsonObject()
      .Number("jobs", taken.jobs)
      .Number("logs", taken.logs)
      .Number("events", taken.events)
      .Number("keys", taken.keys)
      .Number("artifacts", taken.artifacts)
      .Number("bytes", taken.bytes)
      .Take();
}

std::string MistStatusJson(const MasterStatus& status, const ProcessFacts& process,
                           const StreamCounts& streams) {
  const std::string memory = JsonObject()
                                 .Json("heap", MemoryJson(process.heap))
                                 .Json("nonHeap", MemoryJson(process.program))
                                 .Take();
  const std::string threads = JsonObject()
                                  .Number("count", process.threads)
                                  .Number("daemon", 0)
                                  .Number("peak", process.peak_threads)
                                  .Number("startedTotal", process.peak_threads)
                                  .Take();
  const std::string java =
      JsonObject().Text("runtimeVersion", status.java_version).Text("vmVendor", "").Take();
  JsonObject json;
  json.Text("mistVersion", status.version)
      .Text("sparkVersion", status.spark_version)
      .Text("started", LocalDateTime(status.started))
      .Json("gc", "{}")
      .Json("memory", memory)
      .Json("threads", threads)
      .Json("javaVersion", java)
      .Json("streams", JsonObject()
                           .Number("open", static_cast<std::int64_t>(streams.open))
                           .Number("dropped", static_cast<std::int64_t>(streams.dropped))
                           .Take())
      .Json("retention", RetentionJson(status.retention));
  for (const auto& broker : status.message_brokers)
    json.Json(broker.name.c_str(), BrokerJson(broker));
  return json.Take();
}

std::string LocalDateTime(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03d",
                static_cast<int>(ToEpochMillis(time) % 1000));
  return std::string(text.data()) + fraction.data();
}

}  // namespace mist::http
