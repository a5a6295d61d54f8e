#include "contexts/context_json.h"

#include "contexts/json_body.h"
#include "contexts/retry_json.h"

namespace mist {
namespace {

WorkerMode ReadWorkerMode(JsonBody& body) {
  const std::string text = body.String("workerMode");
  const auto mode = ParseWorkerMode(text);
  if (!mode) body.Refuse("Unknown mode " + text);
  return mode.value_or(WorkerMode::kExclusive);
}

void ReadRetry(JsonBody& body, ContextConfig& context) {
  const RetrySettings retry = ReadRetrySettings(body).CompletedBy(context.Retry());
  context.retries = *retry.retries;
  context.retry_on = *retry.retry_on;
  context.retry_backoff = retry.retry_backoff;
}

std::map<std::string, std::string> ReadSparkConf(JsonBody& body) {
  std::map<std::string, std::string> conf = body.StringMap("sparkConf");
  for (const auto& [key, value] : conf) {
    if (key.empty() || key.find('=') != std::string::npos)
      body.Refuse("Bad sparkConf key '" + key + "'");
  }
  return conf;
}

// Keys that are missing stay what they are in `base`, or are a problem when all are `required`.
std::variant<ContextConfig, BadBody> ReadContext(std::string_view text, const ContextConfig& base,
                                                 bool required) {
  JsonBody body(text);
  ContextConfig context = base;
  const auto given = [&](const char* key) { return required || body.Has(key); };
  context.name = {body.Name("name")};
  if (given("sparkConf")) context.spark_conf = ReadSparkConf(body);
  if (given("downtime")) context.downtime = body.Duration("downtime");
  if (given("maxJobs")) context.max_jobs = body.PositiveInt("maxJobs");
  if (given("precreated")) context.precreated = body.Boolean("precreated");
  if (given("runOptions")) context.run_options = body.String("runOptions");
  if (given("workerMode")) context.worker_mode = ReadWorkerMode(body);
  if (given("streamingDuration")) context.streaming_duration = body.Duration("streamingDuration");
  if (given("maxConnFailures")) context.max_conn_failures = body.PositiveInt("maxConnFailures");
  if (body.Has("jobsPerWorker")) context.jobs_per_worker = body.PositiveInt("jobsPerWorker");
  ReadRetry(body, context);
  if (body.Problem()) return *body.Problem();
  return context;
}

}  // namespace

std::variant<ContextConfig, BadBody> ParseContextCreate(std::string_view body,
                                                        const ContextConfig& defaults) {
  return ReadContext(body, defaults, false);
}

std::variant<ContextConfig, BadBody> ParseContextUpdate(std::string_view body,
                                                        const ContextConfig& current) {
  return ReadContext(body, current, true);
}

JsonText ToJson(const ContextConfig& context) {
  nlohmann::ordered_json json;
  json["name"] = context.name.value;
  json["sparkConf"] = nlohmann::ordered_json::object();
  for (const auto& [key, value] : context.spark_conf) json["sparkConf"][key] = value;
  json["downtime"] = ToJsonDuration(context.downtime);
  json["maxJobs"] = context.max_jobs;
  json["jobsPerWorker"] = context.jobs_per_worker;
  json["precreated"] = context.precreated;
  json["runOptions"] = context.run_options;
  json["workerMode"] = ToString(context.worker_mode);
  json["streamingDuration"] = ToJsonDuration(context.streaming_duration);
  json["maxConnFailures"] = context.max_conn_failures;
  // Else they have no effect of their own, and old clients do not expect them.
  if (context.retries > 0) AddRetrySettings(context.Retry(), json);
  return {json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
}

std::string_view ToString(WorkerMode mode) {
  return mode == WorkerMode::kShared ? "shared" : "exclusive";
}

std::optional<WorkerMode> ParseWorkerMode(std::string_view text) {
  if (text == "shared") return WorkerMode::kShared;
  if (text == "exclusive") return WorkerMode::kExclusive;
  return std::nullopt;
}

std::variant<FunctionConfig, BadBody> ParseFunctionConfig(std::string_view text) {
  JsonBody body(text);
  FunctionConfig function;
  function.name = {body.Name("name")};
  function.path = body.String("path");
  function.class_name = body.String("className");
  function.default_context = {body.Name("defaultContext")};
  function.retry = ReadRetrySettings(body);
  if (body.Problem()) return *body.Problem();
  return function;
}

}  // namespace mist
