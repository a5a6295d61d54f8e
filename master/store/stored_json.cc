#include "master/store/stored_json.h"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace mist {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<FunctionLanguage, std::string_view>, 3> kLanguages{{
    {FunctionLanguage::kScala, "scala"},
    {FunctionLanguage::kJava, "java"},
    {FunctionLanguage::kPython, "python"},
}};

constexpr std::array<std::pair<WorkerMode, std::string_view>, 2> kWorkerModes{{
    {WorkerMode::kExclusive, "exclusive"},
    {WorkerMode::kShared, "shared"},
}};

constexpr std::array<std::pair<RetryOn, std::string_view>, 2> kRetryReasons{{
    {RetryOn::kWorkerLost, "worker-lost"},
    {RetryOn::kFailure, "failure"},
}};

constexpr std::array<std::pair<ArgType::Kind, std::string_view>, 9> kArgKinds{{
    {ArgType::Kind::kInt, "int"},
    {ArgType::Kind::kDouble, "double"},
    {ArgType::Kind::kBoolean, "boolean"},
    {ArgType::Kind::kString, "string"},
    {ArgType::Kind::kAny, "any"},
    {ArgType::Kind::kList, "list"},
    {ArgType::Kind::kMap, "map"},
    {ArgType::Kind::kOption, "option"},
    {ArgType::Kind::kObject, "object"},
}};

template <typename Table, typename Value>
std::string_view TextOf(const Table& table, Value value) {
  for (const auto& [candidate, text] : table) {
    if (candidate == value) return text;
  }
  throw Error(ErrorCode::kInternal, "store: a value has no text form");
}

template <typename Table>
auto ValueOf(const Table& table, std::string_view text) {
  for (const auto& [value, candidate] : table) {
    if (candidate == text) return value;
  }
  throw Error(ErrorCode::kCorrupt, "store: unknown word '" + std::string(text) + "'");
}

Json ToJson(const Timeout& timeout) {
  return timeout ? Json(timeout->count()) : Json(nullptr);
}

Timeout ParseNanoseconds(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return std::chrono::nanoseconds(json.get<std::int64_t>());
}

Json ToJson(const ArgType& type) {
  Json json{{"kind", TextOf(kArgKinds, type.kind)}};
  for (const ArgType& arg : type.args) json["args"].push_back(ToJson(arg));
  for (const auto& [name, field] : type.fields) {
    json["fields"].push_back({{"name", name}, {"type", ToJson(field)}});
  }
  if (!type.precise_name.empty()) json["precise_name"] = type.precise_name;
  return json;
}

ArgType ParseArgType(const Json& json) {
  ArgType type;
  type.kind = ValueOf(kArgKinds, json.at("kind").get<std::string>());
  for (const Json& arg : json.value("args", Json::array())) type.args.push_back(ParseArgType(arg));
  for (const Json& field : json.value("fields", Json::array())) {
    type.fields.emplace_back(field.at("name").get<std::string>(), ParseArgType(field.at("type")));
  }
  type.precise_name = json.value("precise_name", "");
  return type;
}

// The library's exceptions end here.
template <typename Parse>
auto ParseChecked(std::string_view text, Parse parse) {
  try {
    return parse(Json::parse(text));
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorCode::kCorrupt, std::string("store: damaged JSON text: ") + error.what());
  }
}

// Spark settings may hold any bytes that a client sent; what is not UTF-8 is replaced rather than
// refused here.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string ToStoredJson(const ContextConfig& config) {
  return Dump({{"name", config.name.value},
               {"spark_conf", config.spark_conf},
               {"downtime_ns", ToJson(config.downtime)},
               {"max_jobs", config.max_jobs},
               {"jobs_per_worker", config.jobs_per_worker},
               {"precreated", config.precreated},
               {"run_options", config.run_options},
               {"worker_mode", TextOf(kWorkerModes, config.worker_mode)},
               {"streaming_duration_ns", ToJson(config.streaming_duration)},
               {"max_conn_failures", config.max_conn_failures},
               {"retries", config.retries},
               {"retry_on", TextOf(kRetryReasons, config.retry_on)},
               {"retry_backoff_ns", ToJson(config.retry_backoff)}});
}

ContextConfig ParseStoredContext(std::string_view text) {
  return ParseChecked(text, [](const Json& json) {
    const ContextConfig defaults;
    ContextConfig config;
    config.name.value = json.at("name").get<std::string>();
    config.spark_conf = json.value("spark_conf", defaults.spark_conf);
    config.downtime = ParseNanoseconds(json.value("downtime_ns", ToJson(defaults.downtime)));
    config.max_jobs = json.value("max_jobs", defaults.max_jobs);
    config.jobs_per_worker = json.value("jobs_per_worker", defaults.jobs_per_worker);
    config.precreated = json.value("precreated", defaults.precreated);
    config.run_options = json.value("run_options", defaults.run_options);
    config.worker_mode = ValueOf(kWorkerModes, json.value("worker_mode", "exclusive"));
    config.streaming_duration =
        ParseNanoseconds(json.value("streaming_duration_ns", ToJson(defaults.streaming_duration)));
    config.max_conn_failures = json.value("max_conn_failures", defaults.max_conn_failures);
    config.retries = json.value("retries", defaults.retries);
    config.retry_on = ValueOf(kRetryReasons, json.value("retry_on", "worker-lost"));
    config.retry_backoff =
        ParseNanoseconds(json.value("retry_backoff_ns", ToJson(defaults.retry_backoff)));
    return config;
  });
}

std::string ToStoredJson(const FunctionSchema& schema) {
  Json arguments = Json::array();
  for (const ArgField& argument : schema.arguments) {
    arguments.push_back({{"name", argument.name}, {"type", ToJson(argument.type)}});
  }
  return Dump({{"language", ToStoredText(schema.language)},
               {"arguments", std::move(arguments)},
               {"tags", schema.tags},
               {"has_validators", schema.has_validators}});
}

FunctionSchema ParseStoredSchema(std::string_view text) {
  return ParseChecked(text, [](const Json& json) {
    FunctionSchema schema;
    schema.language = ParseStoredLanguage(json.at("language").get<std::string>());
    for (const Json& argument : json.at("arguments")) {
      schema.arguments.push_back(
          {argument.at("name").get<std::string>(), ParseArgType(argument.at("type"))});
    }
    schema.tags = json.value("tags", schema.tags);
    schema.has_validators = json.value("has_validators", false);
    return schema;
  });
}

std::optional<std::string> ToStoredJson(const RetrySettings& settings) {
  if (settings.IsEmpty()) return std::nullopt;
  Json json = Json::object();
  if (settings.retries) json["retries"] = *settings.retries;
  if (settings.retry_on) json["retry_on"] = TextOf(kRetryReasons, *settings.retry_on);
  if (settings.retry_backoff) json["retry_backoff_ns"] = settings.retry_backoff->count();
  return Dump(json);
}

RetrySettings ParseStoredRetry(const std::optional<std::string>& text) {
  if (!text) return {};
  return ParseChecked(*text, [](const Json& json) {
    RetrySettings settings;
    if (json.contains("retries")) settings.retries = json.at("retries").get<std::int32_t>();
    if (json.contains("retry_on"))
      settings.retry_on = ValueOf(kRetryReasons, json.at("retry_on").get<std::string>());
    if (json.contains("retry_backoff_ns"))
      settings.retry_backoff = ParseNanoseconds(json.at("retry_backoff_ns"));
    return settings;
  });
}

std::string_view ToStoredText(FunctionLanguage language) {
  return TextOf(kLanguages, language);
}

FunctionLanguage ParseStoredLanguage(std::string_view text) {
  return ValueOf(kLanguages, text);
}

}  // namespace mist
