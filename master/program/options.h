// From the one configuration to the options of each part.
#pragma once

#include <filesystem>

#include "api/http/server.h"
#include "master/broker/broker.h"
#include "master/config/master_config.h"
#include "master/inspector/inspector.h"
#include "master/logs/job_logs.h"
#include "master/workers/local_worker_host.h"

namespace mist {

WorkerInstall InstallFor(const MasterConfig& config, const std::filesystem::path& mist_home);
JobLogsOptions LogOptionsFor(const MasterConfig& config);
BrokerOptions BrokerOptionsFor(const MasterConfig& config);
LocalWorkerHostOptions WorkerHostOptionsFor(const MasterConfig& config, const SparkHome& spark,
                                            const Java& java);
InspectorOptions InspectorOptionsFor(const MasterConfig& config,
                                     const std::filesystem::path& mist_home, const SparkHome& spark,
                                     const Java& java);
http::HttpServerOptions HttpOptionsFor(const MasterConfig& config,
                                       const std::filesystem::path& worker_jar);

}  // namespace mist
