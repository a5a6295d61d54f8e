#include "master/services/master_status_service.h"

#include <utility>

namespace mist {

MasterStatusService::MasterStatusService(MasterFacts facts, Store& store)
    : facts_(std::move(facts)), store_(store) {}

MasterStatus MasterStatusService::Status() {
  return {facts_.version, facts_.spark_version, facts_.java_version,
          facts_.started, accepting_jobs_,      store_.IsHealthy()};
}

}  // namespace mist
