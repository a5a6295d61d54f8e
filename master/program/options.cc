#include "master/program/options.h"

#include <string>

#include "base/ids.h"

namespace mist {

WorkerInstall InstallFor(const MasterConfig& config, const std::filesystem::path& mist_home) {
  WorkerInstall install = InstallFromEnvironment(mist_home);
  if (!config.spark_home.empty()) install.spark_home = config.spark_home;
  return install;
}

JobLogsOptions LogOptionsFor(const MasterConfig& config) {
  return {.folder = config.log_folder,
          .max_line_bytes = static_cast<std::size_t>(config.jobs.max_log_line)};
}

BrokerOptions BrokerOptionsFor(const MasterConfig& config) {
  BrokerOptions options;
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

LocalWorkerHostOptions WorkerHostOptionsFor(const MasterConfig& config, const SparkHome& spark,
                                            const Java& java) {
  LocalWorkerHostOptions options;
  options.spark = spark;
  options.java = java;
  options.logs_folder = config.log_folder;
  options.class_archives_folder = std::filesystem::path(config.data_directory) / "class-archives";
  options.class_archives = config.workers.class_archives;
  options.address = {.worker_host = config.cluster_public_host,
                     .worker_port = config.cluster_port,
                     .http_host = config.http.public_host,
                     .http_port = config.http.port};
  options.port.address = config.cluster_host;
  options.port.port = config.cluster_port;
  options.link.poll = config.workers.poll;
  options.link.lease = config.workers.lease;
  options.link.max_artifact_bytes = config.workers.max_artifact_size;
  options.link.max_result_bytes = config.jobs.max_result;
  options.link.max_log_line_bytes = static_cast<std::int32_t>(config.jobs.max_log_line);
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
  options.answer_grace = config.inspector_init_timeout;
  return options;
}

http::HttpServerOptions HttpOptionsFor(const MasterConfig& config,
                                       const std::filesystem::path& worker_jar) {
  http::HttpServerOptions options;
  options.front.host = config.http.host;
  options.front.port = config.http.port;
  options.front.max_connections = static_cast<std::size_t>(config.http.max_connections);
  options.front.idle_timeout = config.http.idle_timeout;
  options.routes.max_json_bytes = config.http.max_body;
  options.routes.max_json_depth = static_cast<std::size_t>(config.http.max_json_depth);
  options.routes.worker_jar = worker_jar;
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
