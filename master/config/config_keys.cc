#include "master/config/config_keys.h"

#include <algorithm>
#include <limits>

#include "contexts/setting_values.h"

namespace mist {
namespace {

using Field = ConfigField;
using Cfg = MasterConfig;

constexpr auto kMayBeEmpty = ConfigKey::Also::kEmpty;
constexpr auto kMayBeInfinite = ConfigKey::Also::kInfinite;

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
     "folder of the web UI's files; `$MIST_UI_DIR` overrides it; auto: `$MIST_HOME/ui`, else "
     "`<work-directory>/ui`"},
    {"http.docs", [](Cfg& c) -> Field { return &c.http.docs; },
     "folder of the documentation's pages; auto: `$MIST_HOME/docs`, else `<work-directory>/docs`"},
    {"http.ws-keepalive-tick", [](Cfg& c) -> Field { return &c.http.ws_keepalive_tick; },
     "said on an event stream when nothing else was"},
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
    {"http.idempotency-keep", [](Cfg& c) -> Field { return &c.http.idempotency_keep; },
     "how long after a call its `Idempotency-Key` gets the first call's job"},
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
    {"job-extractor.timeout", [](Cfg& c) -> Field { return &c.inspector_timeout; },
     "that process reads a function, its imports included, or checks a call's arguments"},
    {"security.enabled", [](Cfg& c) -> Field { return &c.security.enabled; },
     "get Kerberos tickets with `kinit`, at the start and then regularly"},
    {"security.keytab", [](Cfg& c) -> Field { return &c.security.keytab; },
     "file with the key of `security.principal`", kMayBeEmpty},
    {"security.principal", [](Cfg& c) -> Field { return &c.security.principal; }, "whose tickets",
     kMayBeEmpty},
    {"security.interval", [](Cfg& c) -> Field { return &c.security.interval; },
     "time between two runs of `kinit`; less than a ticket lives"},
    {"workers.runner", [](Cfg& c) -> Field { return &c.workers.runner; },
     "what starts workers: `local` (spark-submit on this machine), `manual` (your own commands) or "
     "`docker`"},
    {"workers.manual.startCmd", [](Cfg& c) -> Field { return &c.workers.manual.start_command; },
     "command that starts a worker; what it gets is in its environment", kMayBeEmpty},
    {"workers.manual.stopCmd", [](Cfg& c) -> Field { return &c.workers.manual.stop_command; },
     "command that is run when a worker has ended or is to end", kMayBeEmpty},
    {"workers.manual.async", [](Cfg& c) -> Field { return &c.workers.manual.async; },
     "false: an exit code of the start command other than 0 fails the start"},
    {"workers.cmd", [](Cfg& c) -> Field { return &c.workers.manual.old_start_command; },
     "old name of `workers.manual.startCmd`; when given it wins, and `async` is true", kMayBeEmpty},
    {"workers.cmdStop", [](Cfg& c) -> Field { return &c.workers.manual.old_stop_command; },
     "old name of `workers.manual.stopCmd`, for `workers.cmd`", kMayBeEmpty},
    {"workers.docker.host", [](Cfg& c) -> Field { return &c.workers.docker.host; },
     "Docker's `unix:///socket` or `tcp://host:port`"},
    {"workers.docker.image", [](Cfg& c) -> Field { return &c.workers.docker.image; },
     "image with Spark and Mist", kMayBeEmpty},
    {"workers.docker.mist-home", [](Cfg& c) -> Field { return &c.workers.docker.mist_home; },
     "`MIST_HOME` inside the image, with `lib/mist-worker_<scala>.jar`"},
    {"workers.docker.spark-home", [](Cfg& c) -> Field { return &c.workers.docker.spark_home; },
     "`SPARK_HOME` inside the image; the same version as here"},
    {"workers.docker.network-type", [](Cfg& c) -> Field { return &c.workers.docker.network; },
     "network of the containers: `host`, `bridge`, a network's name, or `auto-master`: where the "
     "master's own container is"},
    {"workers.docker.auto-master-network.container-id",
     [](Cfg& c) -> Field { return &c.workers.docker.master_container; },
     "for `auto-master`: the container that the master runs in", kMayBeEmpty},
    {"workers.runner-init-timeout", [](Cfg& c) -> Field { return &c.workers.runner_init_timeout; },
     "from `spark-submit` until the driver dials in; a busy cluster may take long; `Inf` for no "
     "limit",
     kMayBeInfinite},
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
    {"retention.interval", [](Cfg& c) -> Field { return &c.retention.interval; },
     "time between two looks for what is to go; what changed within it stays"},
    {"retention.jobs.max-age", [](Cfg& c) -> Field { return &c.retention.jobs.max_age; },
     "jobs that ended longer ago go, with their logs; never one that has not ended",
     kMayBeInfinite},
    {"retention.jobs.max-count", [](Cfg& c) -> Field { return &c.retention.jobs.max_count; },
     "ended jobs beyond so many go, the oldest first", kMayBeInfinite},
    {"retention.jobs.max-size", [](Cfg& c) -> Field { return &c.retention.jobs.max_size; },
     "ended jobs go, the oldest first, while the database holds more than this", kMayBeInfinite},
    {"retention.logs.max-age", [](Cfg& c) -> Field { return &c.retention.logs.max_age; },
     "logs of ended jobs that were written last longer ago go; the jobs stay", kMayBeInfinite},
    {"retention.logs.max-count", [](Cfg& c) -> Field { return &c.retention.logs.max_count; },
     "logs beyond so many go, the oldest first", kMayBeInfinite},
    {"retention.logs.max-size", [](Cfg& c) -> Field { return &c.retention.logs.max_size; },
     "logs go, the oldest first, while all of them are larger than this", kMayBeInfinite},
    {"retention.events.max-age", [](Cfg& c) -> Field { return &c.retention.events.max_age; },
     "events older than this go; never one that a message broker does not have yet",
     kMayBeInfinite},
    {"retention.events.max-count", [](Cfg& c) -> Field { return &c.retention.events.max_count; },
     "events beyond so many go, the oldest first", kMayBeInfinite},
    {"retention.events.max-size", [](Cfg& c) -> Field { return &c.retention.events.max_size; },
     "events go, the oldest first, while all of them are larger than this", kMayBeInfinite},
    {"retention.artifacts.max-age", [](Cfg& c) -> Field { return &c.retention.artifacts.max_age; },
     "uploaded contents that no artifact and no job which has not ended needs go when they came "
     "longer ago",
     kMayBeInfinite},
    {"retention.artifacts.max-count",
     [](Cfg& c) -> Field { return &c.retention.artifacts.max_count; },
     "such contents beyond so many go, the oldest first", kMayBeInfinite},
    {"retention.artifacts.max-size",
     [](Cfg& c) -> Field { return &c.retention.artifacts.max_size; },
     "such contents go, the oldest first, while all of them are larger than this", kMayBeInfinite},
    {"retention.idempotency-keys.max-count",
     [](Cfg& c) -> Field { return &c.retention.idempotency_keys.max_count; },
     "`Idempotency-Key`s of ended jobs beyond so many are forgotten, the oldest first, also before "
     "`http.idempotency-keep`",
     kMayBeInfinite},
    {"retention.idempotency-keys.max-size",
     [](Cfg& c) -> Field { return &c.retention.idempotency_keys.max_size; },
     "`Idempotency-Key`s of ended jobs are forgotten, the oldest first, while all keys are larger "
     "than this",
     kMayBeInfinite},
    {"retention.message-keys", [](Cfg& c) -> Field { return &c.retention.message_keys; },
     "how long a message of Kafka or MQTT that comes again, or an `externalId` that is used again, "
     "starts nothing",
     kMayBeInfinite},
    {"outbox.max-age", [](Cfg& c) -> Field { return &c.outbox.max_age; },
     "events that wait longer for a message broker which is away are not sent; counted in the "
     "status",
     kMayBeInfinite},
    {"outbox.max-size", [](Cfg& c) -> Field { return &c.outbox.max_size; },
     "the oldest events are not sent while those that wait are larger than this", kMayBeInfinite},
    {"kafka.on", [](Cfg& c) -> Field { return &c.kafka.on; },
     "take requests from Kafka and send events to it"},
    {"kafka.host", [](Cfg& c) -> Field { return &c.kafka.host; },
     "a broker, when `kafka.brokers` names none"},
    {"kafka.port", [](Cfg& c) -> Field { return &c.kafka.port; }, "its port"},
    {"kafka.brokers", [](Cfg& c) -> Field { return &c.kafka.brokers; },
     "some brokers of the cluster, each `host:port`"},
    {"kafka.subscribe-topic", [](Cfg& c) -> Field { return &c.kafka.subscribe_topics; },
     "topics whose messages are requests that name their function"},
    {"kafka.bindings", [](Cfg& c) -> Field { return &c.kafka.bindings; },
     "topics whose messages are the arguments of a function, each `topic=function`"},
    {"kafka.publish-topic", [](Cfg& c) -> Field { return &c.kafka.publish_topics; },
     "topics that get the events of all jobs"},
    {"kafka.logs", [](Cfg& c) -> Field { return &c.kafka.logs; },
     "false: what jobs log is not sent to them"},
    {"kafka.dead-letter-topic", [](Cfg& c) -> Field { return &c.kafka.dead_letter_topic; },
     "topic that gets the messages which are no request", kMayBeEmpty},
    {"kafka.group", [](Cfg& c) -> Field { return &c.kafka.group; },
     "consumer group; masters with the same one share the messages"},
    {"kafka.properties", [](Cfg& c) -> Field { return &c.kafka.properties; },
     "further settings of librdkafka, such as TLS and login"},
    {"mqtt.on", [](Cfg& c) -> Field { return &c.mqtt.on; },
     "take requests from an MQTT broker and send events to it"},
    {"mqtt.host", [](Cfg& c) -> Field { return &c.mqtt.host; }, "the broker"},
    {"mqtt.port", [](Cfg& c) -> Field { return &c.mqtt.port; }, "its port"},
    {"mqtt.uri", [](Cfg& c) -> Field { return &c.mqtt.uri; },
     "`tcp://host:port`, or `ssl://host:port` for TLS; auto: from the two above, TLS when "
     "`mqtt.tls.ca` or `mqtt.tls.certificate` is given"},
    {"mqtt.client-id", [](Cfg& c) -> Field { return &c.mqtt.client_id; },
     "the broker keeps messages for it while the master is away; each master needs its own"},
    {"mqtt.username", [](Cfg& c) -> Field { return &c.mqtt.username; }, "login at the broker",
     kMayBeEmpty},
    {"mqtt.password", [](Cfg& c) -> Field { return &c.mqtt.password; },
     "of `mqtt.username`; better in `MIST_MQTT_PASSWORD`", kMayBeEmpty},
    {"mqtt.tls.ca", [](Cfg& c) -> Field { return &c.mqtt.ca; },
     "file with the authorities that sign the broker's certificate; none: the system's",
     kMayBeEmpty},
    {"mqtt.tls.certificate", [](Cfg& c) -> Field { return &c.mqtt.certificate; },
     "file with the master's own certificate, for brokers that ask for one", kMayBeEmpty},
    {"mqtt.tls.key", [](Cfg& c) -> Field { return &c.mqtt.key; }, "file with its key", kMayBeEmpty},
    {"mqtt.subscribe-topic", [](Cfg& c) -> Field { return &c.mqtt.subscribe_topics; },
     "topics whose messages are requests that name their function; `+` and `#` as in MQTT"},
    {"mqtt.bindings", [](Cfg& c) -> Field { return &c.mqtt.bindings; },
     "topics whose messages are the arguments of a function, each `topic=function`"},
    {"mqtt.unique", [](Cfg& c) -> Field { return &c.mqtt.unique; },
     "true: no second job for the same `externalId`, as if each request said `unique`"},
    {"mqtt.publish-topic", [](Cfg& c) -> Field { return &c.mqtt.publish_topics; },
     "topics that get the events of all jobs"},
    {"mqtt.logs", [](Cfg& c) -> Field { return &c.mqtt.logs; },
     "false: what jobs log is not sent to them"},
};

constexpr ForeignKey kForeignKeys[] = {
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

constexpr std::pair<RunnerKind, std::string_view> kRunners[] = {{RunnerKind::kLocal, "local"},
                                                                {RunnerKind::kManual, "manual"},
                                                                {RunnerKind::kDocker, "docker"}};

std::string Take(RunnerKind* field, const std::string& text) {
  for (const auto& [runner, name] : kRunners) {
    if (name != text) continue;
    *field = runner;
    return "";
  }
  return "local, manual or docker";
}

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

// "name=value,name=value"; a value that holds a comma can only be written as part of a map.
std::string Take(NamedValues* field, const std::string& text) {
  std::vector<std::string> items;
  if (!Take(&items, text).empty()) return "name=value, separated by commas";
  for (const std::string& item : items) {
    const std::size_t equals = item.find('=');
    if (equals == std::string::npos || equals == 0) return "name=value, separated by commas";
    (*field)[item.substr(0, equals)] = {item.substr(equals + 1), ""};
  }
  return "";
}

void SetInfinite(const ConfigField& field) {
  if (auto* const* duration = std::get_if<Millis*>(&field)) **duration = kForever;
  if (auto* const* count = std::get_if<std::int32_t*>(&field)) **count = kAnyCount;
  if (auto* const* size = std::get_if<std::int64_t*>(&field)) **size = kAnySize;
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
  return *field == kAnyCount ? "Inf" : std::to_string(*field);
}
std::string Show(const std::int64_t* field) {
  return *field == kAnySize ? "Inf" : DescribeBytes(*field);
}
std::string Show(const Millis* field) {
  return *field >= kForever ? "Inf" : Describe(*field);
}

std::string Show(const RunnerKind* field) {
  for (const auto& [runner, name] : kRunners) {
    if (runner == *field) return std::string(name);
  }
  return "";
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

// The names: values may be secrets.
std::string Show(const NamedValues* field) {
  std::string joined;
  for (const auto& [name, value] : *field) joined += (joined.empty() ? "" : ",") + name;
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

std::string SetKey(const ConfigKey& key, MasterConfig& config, const std::string& text) {
  const ConfigField field = key.field(config);
  if (text.empty() && key.also == ConfigKey::Also::kEmpty) {
    *std::get<std::string*>(field) = "";
    return "";
  }
  if (key.also == ConfigKey::Also::kInfinite) {
    const auto value = ParseSettingDuration(text);
    if (value && !value->timeout) {
      SetInfinite(field);
      return "";
    }
  }
  return std::visit([&](auto* target) { return Take(target, text); }, field);
}

std::string DescribeField(const ConfigField& field) {
  return std::visit([](const auto* source) { return Show(source); }, field);
}

}  // namespace mist
