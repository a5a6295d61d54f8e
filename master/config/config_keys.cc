#include "master/config/config_keys.h"

#include <algorithm>
#include <limits>

#include "contexts/setting_values.h"

namespace mist {
namespace {

using Field = ConfigField;
using Cfg = MasterConfig;

constexpr ConfigKey kKeys[] = {
    {"work-directory", [](Cfg& c) -> Field { return &c.work_directory; },
     "base of all other paths; auto: `$MIST_HOME`, else the current directory"},
    {"data-directory", [](Cfg& c) -> Field { return &c.data_directory; },
     "database and artifacts, locked by the running master; auto: `<work-directory>/data`"},
    {"shutdown-deadline", [](Cfg& c) -> Field { return &c.shutdown_deadline; },
     "after SIGTERM running jobs may end by then"},
    {"log-level", [](Cfg& c) -> Field { return &c.log_level; },
     "of the master's own log: debug, info, warn, error"},
    {"spark-home", [](Cfg& c) -> Field { return &c.spark_home; },
     "the Spark that workers are started with; auto: `$SPARK_HOME`"},
    {"python", [](Cfg& c) -> Field { return &c.python; },
     "Python for functions of contexts that name none"},
    {"networking.host", [](Cfg& c) -> Field { return &c.host; },
     "address to bind; anything but loopback needs `http.insecure`, since nobody has to log in"},
    {"networking.public-host", [](Cfg& c) -> Field { return &c.public_host; },
     "address told to workers and clients; auto: the bound one, or this machine's when all are "
     "bound"},
    {"http.host", [](Cfg& c) -> Field { return &c.http.host; }, "auto: `networking.host`"},
    {"http.public-host", [](Cfg& c) -> Field { return &c.http.public_host; },
     "auto: `networking.public-host`"},
    {"http.port", [](Cfg& c) -> Field { return &c.http.port; }, "API and web UI; 0: any free port"},
    {"http.insecure", [](Cfg& c) -> Field { return &c.http.insecure; },
     "true: let everybody who reaches `http.host` run code on this machine"},
    {"http.ui", [](Cfg& c) -> Field { return &c.http.ui; },
     "folder of the web UI, which this version does not have yet; auto: `$MIST_UI_DIR`, else "
     "`<work-directory>/ui`"},
    {"http.ws-keepalive-tick", [](Cfg& c) -> Field { return &c.http.ws_keepalive_tick; },
     "a message on idle websockets, which this version does not have yet"},
    {"http.idle-timeout", [](Cfg& c) -> Field { return &c.http.idle_timeout; },
     "a connection without a request is closed after it"},
    {"http.request-timeout", [](Cfg& c) -> Field { return &c.http.request_timeout; },
     "a call with `force=true` is answered 503 after it; its job goes on"},
    {"http.max-connections", [](Cfg& c) -> Field { return &c.http.max_connections; },
     "open at once; each is a file descriptor"},
    {"http.max-body", [](Cfg& c) -> Field { return &c.http.max_body; },
     "largest JSON body; it is held in memory"},
    {"http.max-upload", [](Cfg& c) -> Field { return &c.http.max_upload; },
     "largest uploaded artifact; it goes straight to the disk"},
    {"http.max-json-depth", [](Cfg& c) -> Field { return &c.http.max_json_depth; },
     "deepest nesting of arguments; functions read them by recursion"},
    {"http.cors-origins", [](Cfg& c) -> Field { return &c.http.cors_origins; },
     "origins of other web pages that may use the API, such as `https://ui.example`; `*` for all"},
    {"http.allowed-hosts", [](Cfg& c) -> Field { return &c.http.allowed_hosts; },
     "further names of this server while it is bound to loopback, for a proxy in front of it"},
    {"cluster.host", [](Cfg& c) -> Field { return &c.cluster_host; },
     "address that workers dial; each proves a secret of its own; auto: `networking.host`"},
    {"cluster.public-host", [](Cfg& c) -> Field { return &c.cluster_public_host; },
     "auto: `networking.public-host`"},
    {"cluster.port", [](Cfg& c) -> Field { return &c.cluster_port; },
     "port that workers dial; 0: any free port"},
    {"log-service.dump_directory", [](Cfg& c) -> Field { return &c.log_folder; },
     "logs of jobs and workers; auto: `<work-directory>/logs`"},
    {"db.filepath", [](Cfg& c) -> Field { return &c.database_file; },
     "SQLite database; auto: `<data-directory>/mist.db`"},
    {"artifact-repository.save-path", [](Cfg& c) -> Field { return &c.artifact_folder; },
     "uploaded artifacts; auto: `<data-directory>/artifacts`"},
    {"job-extractor.init-timeout", [](Cfg& c) -> Field { return &c.inspector_init_timeout; },
     "start of the process that reads what functions an artifact holds"},
    {"workers.runner-init-timeout", [](Cfg& c) -> Field { return &c.workers.runner_init_timeout; },
     "from `spark-submit` until the driver dials in; a busy cluster may take long"},
    {"workers.ready-timeout", [](Cfg& c) -> Field { return &c.workers.ready_timeout; },
     "from then until its Spark context is up"},
    {"workers.max-artifact-size", [](Cfg& c) -> Field { return &c.workers.max_artifact_size; },
     "largest artifact that a worker fetches"},
    {"workers.poll", [](Cfg& c) -> Field { return &c.workers.poll; },
     "longest time for which a worker's call for commands stays open"},
    {"workers.lease", [](Cfg& c) -> Field { return &c.workers.lease; },
     "a worker that is silent for so long is lost; more than twice `workers.poll`"},
    {"workers.cancel-grace", [](Cfg& c) -> Field { return &c.workers.cancel_grace; },
     "a cancelled job that goes on for so long costs its worker"},
    {"workers.stop-grace", [](Cfg& c) -> Field { return &c.workers.stop_grace; },
     "a worker that was asked to stop is killed after it"},
    {"workers.start-backoff", [](Cfg& c) -> Field { return &c.workers.start_backoff; },
     "pause after a failed worker start; doubles with each further failure"},
    {"workers.max-start-backoff", [](Cfg& c) -> Field { return &c.workers.max_start_backoff; },
     "and grows no further than this"},
    {"workers.class-archives", [](Cfg& c) -> Field { return &c.workers.class_archives; },
     "keep an archive of Spark's loaded classes, so that drivers start in about half the time"},
    {"jobs.max-queued", [](Cfg& c) -> Field { return &c.jobs.max_queued; },
     "waiting jobs of one context; further calls are refused"},
    {"jobs.max-result", [](Cfg& c) -> Field { return &c.jobs.max_result; },
     "largest result; a larger one fails its job with a clear error"},
    {"jobs.max-log-line", [](Cfg& c) -> Field { return &c.jobs.max_log_line; },
     "longest line of a job's log; a longer one is cut and marked"},
};

constexpr ForeignKey kForeignKeys[] = {
    {"workers.runner", "local", true, "only workers that `spark-submit` starts are supported"},
    {"workers.cmd", "", true, "only workers that `spark-submit` starts are supported"},
    {"workers.cmdStop", "", false, "only workers that `spark-submit` starts are supported"},
    {"workers.manual.*", "", false, "only workers that `spark-submit` starts are supported"},
    {"workers.docker.*", "", false, "only workers that `spark-submit` starts are supported"},
    {"kafka.on", "false", true, "Kafka is not supported yet"},
    {"kafka.*", "", false, "Kafka is not supported yet"},
    {"mqtt.on", "false", true, "MQTT is not supported yet"},
    {"mqtt.*", "", false, "MQTT is not supported yet"},
    {"security.enabled", "false", true,
     "Kerberos tickets are not renewed: run kinit beside the master"},
    {"security.*", "", false, "Kerberos tickets are not renewed: run kinit beside the master"},
    {"db.jdbcUrl", "", true, "jobs are kept in SQLite (`db.filepath`), not in H2 or PostgreSQL"},
    {"db.*", "", false, "jobs are kept in SQLite (`db.filepath`)"},
    {"log-service.*", "", false, "log lines come through `cluster.port`"},
    {"contexts-store.path", "", false, "contexts are kept in the database"},
    {"functions-store.path", "", false, "functions are kept in the database"},
    {"jobs-resolver.save-path", "", false, "it never had a use"},
    {"job-extractor.cache-entry-ttl", "", false,
     "what an artifact holds is stored for good, by its contents"},
    {"job-extractor.spark-conf.*", "", false, "artifacts are read without Spark"},
    {"akka.*", "", false, "there is no Akka inside; see `http.max-upload`, `http.request-timeout`"},
    {"writers-blocking-dispatcher.*", "", false, "there is no Akka inside"},
};

// How each type of field is read and shown.
std::string Take(std::string* field, const std::string& text) {
  if (text.empty()) return "some text";
  *field = text;
  return "";
}

std::string Take(bool* field, const std::string& text) {
  const auto value = ParseSwitch(text);
  if (!value) return "true or false";
  *field = *value;
  return "";
}

std::string Take(std::uint16_t* field, const std::string& text) {
  const auto value = ParseCount(text);
  if (!value || *value > std::numeric_limits<std::uint16_t>::max()) return "a port from 0 to 65535";
  *field = static_cast<std::uint16_t>(*value);
  return "";
}

std::string Take(std::int32_t* field, const std::string& text) {
  const auto value = ParseCount(text);
  if (!value || *value < 1 || *value > std::numeric_limits<std::int32_t>::max()) {
    return "a number from 1 to 2147483647";
  }
  *field = static_cast<std::int32_t>(*value);
  return "";
}

std::string Take(std::int64_t* field, const std::string& text) {
  constexpr std::int64_t kMaxBytes = 1LL << 40;
  const auto value = ParseBytes(text);
  if (!value || *value < 1 || *value > kMaxBytes) return "a size such as '64 MiB', at most 1 TiB";
  *field = *value;
  return "";
}

std::string Take(Millis* field, const std::string& text) {
  const auto value = ParseSettingDuration(text);
  if (!value || !value->timeout || *value->timeout < Millis(1))
    return "a finite duration such as '10 seconds'";
  *field = std::chrono::duration_cast<Millis>(*value->timeout);
  return "";
}

constexpr std::pair<log::Level, std::string_view> kLevels[] = {{log::Level::kDebug, "debug"},
                                                               {log::Level::kInfo, "info"},
                                                               {log::Level::kWarn, "warn"},
                                                               {log::Level::kError, "error"}};

std::string Take(log::Level* field, const std::string& text) {
  for (const auto& [level, name] : kLevels) {
    if (name != text) continue;
    *field = level;
    return "";
  }
  return "debug, info, warn or error";
}

// Comma-separated, as an environment variable has it and as a list of a file is flattened.
std::string Take(std::vector<std::string>* field, const std::string& text) {
  field->clear();
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find(','));
    const std::size_t first = item.find_first_not_of(' ');
    if (first == std::string_view::npos) return "names separated by commas";
    field->emplace_back(item.substr(first, item.find_last_not_of(' ') - first + 1));
    rest.remove_prefix(std::min(item.size() + 1, rest.size()));
  }
  return "";
}

std::string Show(const std::string* field) {
  return *field;
}
std::string Show(const bool* field) {
  return *field ? "true" : "false";
}
std::string Show(const std::uint16_t* field) {
  return std::to_string(*field);
}
std::string Show(const std::int32_t* field) {
  return std::to_string(*field);
}
std::string Show(const std::int64_t* field) {
  return DescribeBytes(*field);
}
std::string Show(const Millis* field) {
  return Describe(*field);
}

std::string Show(const log::Level* field) {
  for (const auto& [level, name] : kLevels) {
    if (level == *field) return std::string(name);
  }
  return "";
}

std::string Show(const std::vector<std::string>* field) {
  std::string joined;
  for (const std::string& item : *field) joined += (joined.empty() ? "" : ",") + item;
  return joined;
}

}  // namespace

std::span<const ConfigKey> ConfigKeys() {
  return kKeys;
}

std::span<const ForeignKey> ForeignKeys() {
  return kForeignKeys;
}

const ForeignKey* FindForeignKey(std::string_view name) {
  for (const ForeignKey& key : kForeignKeys) {
    const bool prefix = key.name.ends_with('*');
    if (prefix ? name.starts_with(key.name.substr(0, key.name.size() - 1)) : name == key.name)
      return &key;
  }
  return nullptr;
}

std::string EnvironmentNameOf(std::string_view key) {
  std::string name = "MIST_";
  for (const char c : key) {
    const bool lower = c >= 'a' && c <= 'z';
    name += c == '.' || c == '-' ? '_' : lower ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string SetField(const ConfigField& field, const std::string& text) {
  return std::visit([&](auto* target) { return Take(target, text); }, field);
}

std::string DescribeField(const ConfigField& field) {
  return std::visit([](const auto* source) { return Show(source); }, field);
}

}  // namespace mist
