#include "master/services/master_status_service.h"

#include <utility>

namespace mist {

MasterStatusService::MasterStatusService(MasterFacts facts, Store& store)
    : facts_(std::move(facts)), store_(store) {}

MasterStatus MasterStatusService::Status() {
  MasterStatus status{facts_.version, facts_.spark_version, facts_.java_version,
                      facts_.started, accepting_jobs_,      store_.IsHealthy()};
  for (const auto& broker : message_brokers_) status.message_brokers.push_back(broker());
  if (retention_) status.retention = retention_();
  return status;
}

}  // namespace mist
