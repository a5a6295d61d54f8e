// Everything that can be configured of the master, with defaults, units and reasons. What a key is
// called in files and what it means to an operator is in config_keys.cc; conf/mist.yaml and
// docs/configuration.md show both.
//
// Read once by LoadConfig(), constant afterwards. Types tell units: std::uint16_t is a port,
// std::int32_t a count, std::int64_t a number of bytes.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "contexts/context_config.h"

namespace mist {

// A text that LoadConfig() replaces by what follows from other values, so readers never see it.
inline constexpr char kAuto[] = "auto";

// "Inf" where a key may be that. The duration is far enough for any deadline, and no risk for
// arithmetic.
inline constexpr Millis kForever = std::chrono::hours(24 * 365 * 100);
inline constexpr std::int32_t kAnyCount = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t kAnySize = std::numeric_limits<std::int64_t>::max();

struct HttpConfig {
  std::string host = kAuto;         // networking.host
  std::string public_host = kAuto;  // as networking.public-host, for this host
  std::uint16_t port = 2004;        // 0: any free one, for tests
  bool insecure = false;   // to bind beyond loopback without any authentication must be said aloud
  std::string ui = kAuto;  // $MIST_HOME/ui or <work-directory>/ui, or $MIST_UI_DIR
  std::string docs = kAuto;
  Millis ws_keepalive_tick = std::chrono::minutes(1);  // below the idle limit of common proxies
  Millis idle_timeout = std::chrono::minutes(10);      // as the original
  Millis request_timeout = std::chrono::minutes(2);    // only calls with force=true take so long
  std::int32_t max_connections = 10'000;               // each costs a file descriptor
  std::int64_t max_body = 64 << 20;                    // JSON is held in memory, uploads are not
  std::int64_t max_upload = 250 << 20;                 // as the original
  std::int32_t max_json_depth = 256;  // no real argument is deeper; workers recurse
  Millis idempotency_keep =
      std::chrono::hours(24);              // clients repeat within minutes, batches within a day
  std::vector<std::string> cors_origins;   // none: pages of other origins must not drive the API
  std::vector<std::string> allowed_hosts;  // names of a proxy in front of the loopback address
};

// What starts workers: a spark-submit here, the operator's own command, a container.
enum class RunnerKind { kLocal, kManual, kDocker };

struct ManualWorkersConfig {
  std::string start_command;  // split as run options are
  std::string stop_command;   // empty: none
  bool async = true;          // as the original: the start command's exit code says nothing
  // Names of Mist 0.x. A start command wins over the three above; LoadConfig() puts it there.
  std::string old_start_command;
  std::string old_stop_command;
};

struct DockerWorkersConfig {
  std::string host = "unix:///var/run/docker.sock";
  std::string image;
  std::string mist_home = "/usr/share/mist";    // inside the image, as the original's
  std::string spark_home = "/usr/share/spark";  // inside the image, as the original's
  std::string network = "host";                 // a network mode, or auto-master
  std::string master_container;                 // auto-master: the one that the master runs in
};

struct WorkersConfig {
  RunnerKind runner = RunnerKind::kLocal;
  ManualWorkersConfig manual;
  DockerWorkersConfig docker;
  Millis runner_init_timeout = std::chrono::seconds(120);  // spawn until registration
  Millis ready_timeout = std::chrono::seconds(120);  // registration until the Spark context is up
  std::int64_t max_artifact_size = 250 << 20;        // a worker refuses to fetch more
  Millis poll = std::chrono::seconds(20);            // longest wait of one call for commands
  Millis lease = std::chrono::seconds(60);  // a silent worker is lost after it: three missed polls
  Millis cancel_grace = std::chrono::seconds(10);  // then the worker of a cancelled job is killed
  Millis stop_grace = std::chrono::seconds(30);    // then a worker that was asked to stop is killed
  Millis start_backoff = std::chrono::seconds(1);  // after the first failed start; doubles
  Millis max_start_backoff = std::chrono::seconds(30);  // a fixed cluster is noticed within it
  bool class_archives = true;  // costs about 150 MB of disk for each Spark, Java and worker version
};

// Tickets for a cluster that is guarded by Kerberos.
struct SecurityConfig {
  bool enabled = false;
  std::string keytab;
  std::string principal;
  Millis interval = std::chrono::hours(1);  // below the life of common tickets
};

struct JobsConfig {
  std::int32_t max_queued = 100'000;    // in one context; further calls are refused
  std::int64_t max_result = 64 << 20;   // a larger result fails the job with a clear error
  std::int64_t max_log_line = 1 << 20;  // a longer line is cut and marked
};

// What is kept at most. Nothing that was not asked for is taken: an operator has to choose.
struct LimitsConfig {
  Millis max_age = kForever;
  std::int32_t max_count = kAnyCount;
  std::int64_t max_size = kAnySize;
};

// Of keys; how long they are kept is said where they are used.
struct KeyLimitsConfig {
  std::int32_t max_count = kAnyCount;
  std::int64_t max_size = kAnySize;
};

struct RetentionConfig {
  Millis interval = std::chrono::minutes(1);  // seldom enough to cost nothing
  LimitsConfig jobs;
  LimitsConfig logs;
  LimitsConfig events;
  LimitsConfig artifacts;
  KeyLimitsConfig idempotency_keys;
  Millis message_keys = kForever;  // Kafka may bring a message again as long as it has it
};

// Events that wait for a message broker.
struct OutboxConfig {
  Millis max_age = kForever;
  std::int64_t max_size = kAnySize;
};

// Values under names that the master does not know beforehand, by name.
struct NamedValue {
  std::string value;
  std::string origin;  // for messages: "conf/mist.yaml:12"
};
using NamedValues = std::map<std::string, NamedValue>;

struct KafkaConfig {
  bool on = false;
  std::string host = "localhost";
  std::uint16_t port = 9092;
  std::vector<std::string> brokers;           // host:port; none: the two above
  std::vector<std::string> publish_topics;    // get every event
  std::vector<std::string> subscribe_topics;  // messages that name their function
  NamedValues bindings;                       // topic -> the function that its messages call
  std::string group = "mist";                 // the original's was random: it missed messages
  std::string dead_letter_topic;              // empty: refused messages are only told of
  bool logs = true;                           // as the original: lines of logs are events too
  NamedValues properties;                     // of librdkafka
};

struct MqttConfig {
  bool on = false;
  std::string host = "localhost";
  std::uint16_t port = 1883;
  std::string uri = kAuto;         // of host and port
  std::string client_id = "mist";  // the original's was random: it missed messages
  std::string username;            // empty: no login
  std::string password;
  std::string ca;  // files, for TLS; empty: the system's authorities
  std::string certificate;
  std::string key;
  std::vector<std::string> publish_topics;    // get every event
  std::vector<std::string> subscribe_topics;  // filters; messages that name their function
  NamedValues bindings;                       // filter -> the function that its messages call
  bool unique = false;
  bool logs = true;  // as the original: lines of logs are events too
};

struct MasterConfig {
  std::string work_directory = kAuto;   // $MIST_HOME, else the current directory
  std::string data_directory = kAuto;   // <work-directory>/data: database, artifacts, lock
  std::string database_file = kAuto;    // <data-directory>/mist.db
  std::string artifact_folder = kAuto;  // <data-directory>/artifacts
  std::string log_folder = kAuto;       // <work-directory>/logs: of jobs and of workers
  std::string host = "127.0.0.1";       // the original's 0.0.0.0 let everybody in reach run code
  std::string public_host = kAuto;      // how workers and clients reach this machine
  std::string cluster_host = kAuto;     // networking.host; workers prove a secret on this port
  std::string cluster_public_host = kAuto;
  std::uint16_t cluster_port = 2551;  // 0: any free one, for tests
  std::string spark_home = kAuto;     // $SPARK_HOME
  std::string python = "python3";     // for contexts that name none with spark.pyspark.python
  Millis inspector_init_timeout = std::chrono::seconds(20);  // start of a JVM
  Millis inspector_timeout = std::chrono::seconds(20);       // some Python modules import a lot
  Millis shutdown_deadline = std::chrono::seconds(30);       // running jobs may end by then
  log::Level log_level = log::Level::kInfo;

  HttpConfig http;
  WorkersConfig workers;
  SecurityConfig security;
  JobsConfig jobs;
  RetentionConfig retention;
  OutboxConfig outbox;
  KafkaConfig kafka;
  MqttConfig mqtt;

  ContextConfig context_defaults;       // the context "default", and what others fall back to
  std::vector<ContextConfig> contexts;  // declared in the file
};

// The defaults, spark.master of local[*] included: every value that is not kAuto is final.
MasterConfig DefaultConfig();

}  // namespace mist
