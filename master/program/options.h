// From the one configuration to the options of each part.
#pragma once

#include <filesystem>
#include <memory>

#include "api/http/server.h"
#include "api/kafka/kafka_options.h"
#include "api/mqtt/door.h"
#include "master/broker/broker.h"
#include "master/config/master_config.h"
#include "master/inspector/inspector.h"
#include "master/logs/job_logs.h"
#include "master/retention/sweeper.h"
#include "master/workers/runner_worker_host.h"
#include "master/workers/ticket_renewal.h"

namespace mist {

WorkerInstall InstallFor(const MasterConfig& config, const std::filesystem::path& mist_home);
JobLogsOptions LogOptionsFor(const MasterConfig& config, LinesWritten on_written);
BrokerOptions BrokerOptionsFor(const MasterConfig& config, EventNumber last_event);
RunnerWorkerHostOptions WorkerHostOptionsFor(const MasterConfig& config);
// Throws Error.
std::unique_ptr<WorkerRunner> RunnerFor(const MasterConfig& config,
                                        const std::filesystem::path& mist_home,
                                        const SparkHome& spark, const Java& java);
TicketRenewalOptions TicketOptionsFor(const MasterConfig& config);
InspectorOptions InspectorOptionsFor(const MasterConfig& config,
                                     const std::filesystem::path& mist_home, const SparkHome& spark,
                                     const Java& java);
SweeperOptions SweeperOptionsFor(const MasterConfig& config);
kafka::KafkaOptions KafkaOptionsFor(const MasterConfig& config);
mqtt::DoorOptions MqttOptionsFor(const MasterConfig& config);
http::HttpServerOptions HttpOptionsFor(const MasterConfig& config,
                                       const std::filesystem::path& worker_jar);

}  // namespace mist
