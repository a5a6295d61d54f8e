#include "contexts/context_settings.h"

#include <algorithm>
#include <limits>

#include "contexts/setting_values.h"

namespace mist {
namespace {

constexpr ContextSetting kSettings[] = {
    {"spark-conf", "sparkConf", "Spark settings, each handed to `spark-submit` as `--conf`"},
    {"downtime", "downtime", "a shared worker stops after so long without a job; `Inf` for never"},
    {"max-jobs", "maxJobs", "jobs at once in the whole context"},
    {"jobs-per-worker", "jobsPerWorker", "jobs at once in one shared worker, in one Spark context"},
    {"precreated", "precreated", "start the shared workers before the first job"},
    {"worker-mode", "workerMode",
     "`exclusive`: a worker for each job; `shared`: workers are used again"},
    {"run-options", "runOptions", "further options of `spark-submit`"},
    {"streaming-duration", "streamingDuration", "batch interval of streaming functions"},
    {"max-conn-failures", "maxConnFailures",
     "failed worker starts in a row that break the context"},
    {"retries", "retries", "further attempts of a job that failed"},
    {"retry-on", "retryOn",
     "`worker-lost`: when its worker was lost; `failure`: also when the function failed"},
    {"retry-backoff", "retryBackoff", "time before the first of them; doubles up to a minute"},
};

// The old name of max-jobs, which loses to it.
constexpr std::string_view kMaxParallelJobs = "max-parallel-jobs";

// Reads one block of settings into a context. Lives for one call.
class SettingsReader {
 public:
  SettingsReader(const ConfigNode& settings, ContextConfig base, ConfigProblems& problems)
      : settings_(settings), context_(std::move(base)), problems_(problems) {}

  ContextConfig Read() {
    WarnOfUnknownKeys();
    if (const ConfigNode* conf = Find("spark-conf")) ReadSparkConf(*conf);
    ReadDuration("downtime", context_.downtime);
    ReadCount(Find("max-jobs") != nullptr ? "max-jobs" : kMaxParallelJobs, context_.max_jobs);
    ReadCount("jobs-per-worker", context_.jobs_per_worker);
    ReadScalar("precreated", "true or false", [&](const std::string& text) {
      const auto value = ParseSwitch(text);
      context_.precreated = value.value_or(context_.precreated);
      return value.has_value();
    });
    ReadScalar("run-options", "text", [&](const std::string& text) {
      context_.run_options = text;
      return true;
    });
    ReadScalar("worker-mode", "shared or exclusive", [&](const std::string& text) {
      const auto mode = ParseWorkerMode(text);
      context_.worker_mode = mode.value_or(context_.worker_mode);
      return mode.has_value();
    });
    ReadDuration("streaming-duration", context_.streaming_duration);
    ReadCount("max-conn-failures", context_.max_conn_failures);
    const RetrySettings retry = ReadRetry().CompletedBy(context_.Retry());
    context_.retries = *retry.retries;
    context_.retry_on = *retry.retry_on;
    context_.retry_backoff = retry.retry_backoff;
    return std::move(context_);
  }

  RetrySettings ReadRetry() {
    RetrySettings retry;
    if (Find("retries") != nullptr) ReadCount("retries", retry.retries.emplace(), 0);
    ReadScalar("retry-on", "worker-lost or failure", [&](const std::string& text) {
      retry.retry_on = ParseRetryOn(text);
      return retry.retry_on.has_value();
    });
    ReadScalar("retry-backoff", "a duration such as '10 seconds'", [&](const std::string& text) {
      const auto parsed = ParseSettingDuration(text);
      if (parsed) retry.retry_backoff = parsed->timeout;
      return retry.retry_backoff.has_value();
    });
    return retry;
  }

 private:
  void WarnOfUnknownKeys() {
    for (const auto& [key, node] : settings_.entries) {
      const bool known = key == kMaxParallelJobs || key.starts_with("spark-conf.") ||
                         std::any_of(std::begin(kSettings), std::end(kSettings),
                                     [&key = key](const auto& setting) {
                                       return key == setting.file_key || key == setting.json_key;
                                     });
      if (!known)
        problems_.warnings.push_back(node.origin + ": unknown setting '" + key + "' of a context");
    }
  }

  // By either of its names; a null is as good as nothing.
  const ConfigNode* Find(std::string_view file_key) const {
    const ConfigNode* node = settings_.Find(file_key);
    for (const ContextSetting& setting : kSettings) {
      if (node == nullptr && setting.file_key == file_key) node = settings_.Find(setting.json_key);
    }
    return node == nullptr || node->kind == ConfigNode::Kind::kNull ? nullptr : node;
  }

  template <typename Take>
  void ReadScalar(std::string_view key, const std::string& expected, Take take) {
    const ConfigNode* node = Find(key);
    if (node == nullptr || (node->IsScalar() && take(node->scalar))) return;
    const std::string got = node->IsScalar() ? "'" + node->scalar + "'" : "a map or a list";
    problems_.errors.push_back(node->origin + ": " + std::string(key) + " must be " + expected +
                               ", got " + got);
  }

  void ReadDuration(std::string_view key, Timeout& duration) {
    ReadScalar(key, "a duration such as '10 seconds' or 'Inf'", [&](const std::string& text) {
      const auto parsed = ParseSettingDuration(text);
      if (parsed) duration = parsed->timeout;
      return parsed.has_value();
    });
  }

  void ReadCount(std::string_view key, std::int32_t& count, std::int32_t least = 1) {
    const std::string expected = "a number from " + std::to_string(least) + " to 2147483647";
    ReadScalar(key, expected, [&](const std::string& text) {
      const auto parsed = ParseCount(text);
      if (!parsed || *parsed < least || *parsed > std::numeric_limits<std::int32_t>::max())
        return false;
      count = static_cast<std::int32_t>(*parsed);
      return true;
    });
  }

  void ReadSparkConf(const ConfigNode& conf) {
    if (!conf.IsMap()) {
      problems_.errors.push_back(conf.origin + ": spark-conf must be a map of Spark settings");
      return;
    }
    for (const auto& [key, value] : Flatten(conf)) context_.spark_conf[key] = value;
  }

  const ConfigNode& settings_;
  ContextConfig context_;
  ConfigProblems& problems_;
};

}  // namespace

std::span<const ContextSetting> ContextSettings() {
  return kSettings;
}

std::string DescribeSetting(const ContextConfig& context, const ContextSetting& setting) {
  const std::string_view key = setting.file_key;
  const auto duration = [](const Timeout& timeout) { return timeout ? Describe(timeout) : "Inf"; };
  if (key == "downtime") return duration(context.downtime);
  if (key == "max-jobs") return std::to_string(context.max_jobs);
  if (key == "jobs-per-worker") return std::to_string(context.jobs_per_worker);
  if (key == "precreated") return context.precreated ? "true" : "false";
  if (key == "worker-mode") return std::string(ToString(context.worker_mode));
  if (key == "run-options") return context.run_options;
  if (key == "streaming-duration") return duration(context.streaming_duration);
  if (key == "max-conn-failures") return std::to_string(context.max_conn_failures);
  if (key == "retries") return std::to_string(context.retries);
  if (key == "retry-on") return std::string(ToString(context.retry_on));
  if (key == "retry-backoff") return duration(context.retry_backoff);
  return "";
}

ContextConfig ReadContextSettings(const ConfigNode& settings, const ContextConfig& base,
                                  ConfigProblems& problems) {
  if (!settings.IsMap()) {
    problems.errors.push_back(settings.origin + ": a context must be a map of settings");
    return base;
  }
  return SettingsReader(settings, base, problems).Read();
}

RetrySettings ReadRetrySettings(const ConfigNode& settings, ConfigProblems& problems) {
  return SettingsReader(settings, {}, problems).ReadRetry();
}

}  // namespace mist
