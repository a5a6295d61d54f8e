#include "master/program/options.h"

#include <string>
#include <utility>

#include "base/ids.h"
#include "master/workers/docker_runner.h"
#include "master/workers/local_runner.h"
#include "master/workers/manual_runner.h"
#include "master/workers/spawn_process_starter.h"

namespace mist {
namespace {

LocalRunnerOptions LocalOptionsFor(const MasterConfig& config, const SparkHome& spark,
                                   const Java& java) {
  const std::filesystem::path data = config.data_directory;
  return {.spark = spark,
          .java = java,
          .home = config.work_directory,
          .logs_folder = config.log_folder,
          .class_archives_folder = data / "class-archives",
          .class_archives = config.workers.class_archives,
          .secrets_folder = data / "worker-secrets",
          .public_host = config.http.public_host};
}

ManualRunnerOptions ManualOptionsFor(const MasterConfig& config,
                                     const std::filesystem::path& mist_home,
                                     const SparkHome& spark) {
  return {.start_command = config.workers.manual.start_command,
          .stop_command = config.workers.manual.stop_command,
          .async = config.workers.manual.async,
          .spark = spark,
          .mist_home = mist_home,
          .logs_folder = config.log_folder};
}

DockerRunnerOptions DockerOptionsFor(const MasterConfig& config, const SparkHome& spark) {
  const DockerWorkersConfig& docker = config.workers.docker;
  SparkHome inside = spark;
  inside.folder = docker.spark_home;
  inside.worker_jar = std::filesystem::path(docker.mist_home) / "lib" / spark.worker_jar.filename();
  return {.host = docker.host,
          .image = docker.image,
          .spark = inside,
          .network = docker.network,
          .master_container = docker.master_container,
          .logs_folder = config.log_folder};
}

}  // namespace

WorkerInstall InstallFor(const MasterConfig& config, const std::filesystem::path& mist_home) {
  WorkerInstall install = InstallFromEnvironment(mist_home);
  if (!config.spark_home.empty()) install.spark_home = config.spark_home;
  return install;
}

JobLogsOptions LogOptionsFor(const MasterConfig& config, LinesWritten on_written) {
  return {.folder = config.log_folder,
          .max_line_bytes = static_cast<std::size_t>(config.jobs.max_log_line),
          .on_written = std::move(on_written)};
}

BrokerOptions BrokerOptionsFor(const MasterConfig& config, EventNumber last_event) {
  BrokerOptions options;
  options.last_event = last_event;
  options.context_defaults = config.context_defaults;
  options.instance = NewUuid7(SystemClock().Wall());
  options.register_timeout = config.workers.runner_init_timeout;
  options.ready_timeout = config.workers.ready_timeout;
  options.cancel_grace = config.workers.cancel_grace;
  options.stop_grace = config.workers.stop_grace;
  options.start_backoff = config.workers.start_backoff;
  options.start_backoff_max = config.workers.max_start_backoff;
  options.max_queued_per_context = static_cast<std::size_t>(config.jobs.max_queued);
  return options;
}

RunnerWorkerHostOptions WorkerHostOptionsFor(const MasterConfig& config) {
  RunnerWorkerHostOptions options;
  options.address = {.worker_host = config.cluster_public_host,
                     .worker_port = config.cluster_port,
                     .http_host = config.http.public_host,
                     .http_port = config.http.port};
  options.port.address = config.cluster_host;
  options.port.port = config.cluster_port;
  options.secrets_key_file = std::filesystem::path(config.data_directory) / "worker-key";
  options.link.poll = config.workers.poll;
  options.link.lease = config.workers.lease;
  options.link.max_artifact_bytes = config.workers.max_artifact_size;
  options.link.max_result_bytes = config.jobs.max_result;
  options.link.max_log_line_bytes = static_cast<std::int32_t>(config.jobs.max_log_line);
  return options;
}

std::unique_ptr<WorkerRunner> RunnerFor(const MasterConfig& config,
                                        const std::filesystem::path& mist_home,
                                        const SparkHome& spark, const Java& java) {
  switch (config.workers.runner) {
    case RunnerKind::kManual:
      return std::make_unique<ManualRunner>(ManualOptionsFor(config, mist_home, spark),
                                            std::make_unique<SpawnProcessStarter>());
    case RunnerKind::kDocker:
      return std::make_unique<DockerRunner>(DockerOptionsFor(config, spark));
    case RunnerKind::kLocal:
      break;
  }
  return std::make_unique<LocalRunner>(LocalOptionsFor(config, spark, java),
                                       std::make_unique<SpawnProcessStarter>());
}

TicketRenewalOptions TicketOptionsFor(const MasterConfig& config) {
  TicketRenewalOptions options;
  options.keytab = config.security.keytab;
  options.principal = config.security.principal;
  options.interval = config.security.interval;
  options.log_file = std::filesystem::path(config.log_folder) / "kinit.log";
  return options;
}

InspectorOptions InspectorOptionsFor(const MasterConfig& config,
                                     const std::filesystem::path& mist_home, const SparkHome& spark,
                                     const Java& java) {
  const std::filesystem::path jar = mist_home / "lib" / ("mist-inspector_" + spark.scala + ".jar");
  InspectorOptions options;
  options.process.command = InspectorCommand(java.program.string(), jar, spark.folder);
  options.process.log_file = std::filesystem::path(config.log_folder) / "inspector.log";
  options.python_path = (spark.folder / "python").string();
  options.request_timeout = config.inspector_timeout;
  options.answer_grace = config.inspector_init_timeout;
  return options;
}

SweeperOptions SweeperOptionsFor(const MasterConfig& config) {
  const auto age = [](Millis given) {
    return given < kForever ? std::optional(given) : std::nullopt;
  };
  const auto bytes = [](std::int64_t given) {
    return given < kAnySize ? std::optional(given) : std::nullopt;
  };
  const auto limits = [&](const LimitsConfig& given) {
    RetentionLimits made{.age = age(given.max_age), .count = {}, .bytes = bytes(given.max_size)};
    if (given.max_count < kAnyCount) made.count = given.max_count;
    return made;
  };
  SweeperOptions options;
  options.interval = config.retention.interval;
  options.jobs = limits(config.retention.jobs);
  options.logs = limits(config.retention.logs);
  options.events = limits(config.retention.events);
  options.contents = limits(config.retention.artifacts);
  options.outbox.age = age(config.outbox.max_age);
  options.outbox.bytes = bytes(config.outbox.max_size);
  const KeyLimitsConfig& keys = config.retention.idempotency_keys;
  options.http_keys = limits({config.http.idempotency_keep, keys.max_count, keys.max_size});
  options.other_keys = age(config.retention.message_keys);
  return options;
}

kafka::KafkaOptions KafkaOptionsFor(const MasterConfig& config) {
  const KafkaConfig& given = config.kafka;
  kafka::KafkaOptions options;
  for (const std::string& broker : given.brokers) {
    options.brokers += (options.brokers.empty() ? "" : ",") + broker;
  }
  if (given.brokers.empty()) options.brokers = given.host + ":" + std::to_string(given.port);
  options.group = given.group;
  options.subscribe_topics = given.subscribe_topics;
  for (const auto& [topic, function] : given.bindings) options.bindings[topic] = {function.value};
  options.publish_topics = given.publish_topics;
  options.dead_letter_topic = given.dead_letter_topic;
  options.with_lines = given.logs;
  for (const auto& [name, property] : given.properties) {
    options.properties.push_back({name, property.value, property.origin});
  }
  options.max_json_depth = static_cast<std::size_t>(config.http.max_json_depth);
  return options;
}

mqtt::DoorOptions MqttOptionsFor(const MasterConfig& config) {
  const MqttConfig& given = config.mqtt;
  mqtt::DoorOptions options;
  options.uri = given.uri;
  options.username = given.username;
  options.password = given.password;
  options.ca = given.ca;
  options.certificate = given.certificate;
  options.key = given.key;
  options.client_id = given.client_id;
  options.subscribe_topics = given.subscribe_topics;
  for (const auto& [filter, function] : given.bindings)
    options.bindings.emplace_back(filter, FunctionName{function.value});
  options.unique = given.unique;
  options.publish_topics = given.publish_topics;
  options.logs = given.logs;
  options.max_json_depth = static_cast<std::size_t>(config.http.max_json_depth);
  return options;
}

http::HttpServerOptions HttpOptionsFor(const MasterConfig& config,
                                       const std::filesystem::path& worker_jar) {
  http::HttpServerOptions options;
  options.front.host = config.http.host;
  options.front.port = config.http.port;
  options.front.max_connections = static_cast<std::size_t>(config.http.max_connections);
  options.front.idle_timeout = config.http.idle_timeout;
  options.streams.keep_alive = config.http.ws_keepalive_tick;
  options.routes.max_json_bytes = config.http.max_body;
  options.routes.max_json_depth = static_cast<std::size_t>(config.http.max_json_depth);
  options.routes.key_keep = config.http.idempotency_keep;
  options.routes.worker_jar = worker_jar;
  options.routes.ui_folder = config.http.ui;
  options.routes.docs_folder = config.http.docs;
  options.routes.addresses = {
      .http = config.http.public_host + ":" + std::to_string(config.http.port),
      .workers = config.cluster_public_host + ":" + std::to_string(config.cluster_port),
      .max_artifact_bytes = config.workers.max_artifact_size,
  };
  options.browser.allowed_origins = config.http.cors_origins;
  options.browser.allowed_hosts = config.http.allowed_hosts;
  return options;
}

}  // namespace mist
