#include "master/services/master_status_service.h"

#include <utility>
#include <variant>

#include "base/error.h"

namespace mist {

MasterStatusService::MasterStatusService(MasterFacts facts, Store& store, BrokerInbox& broker,
                                         CallerTable& callers)
    : facts_(std::move(facts)), store_(store), broker_(broker), callers_(callers) {}

MasterStatus MasterStatusService::Status() {
  MasterStatus status{facts_.version, facts_.spark_version, facts_.java_version,
                      facts_.started, accepting_jobs_,      store_.IsHealthy()};
  for (const auto& broker : message_brokers_) status.message_brokers.push_back(broker());
  if (retention_) status.retention = retention_();
  return status;
}

BrokerView MasterStatusService::View() {
  CallerTicket ticket(callers_);
  broker_.Post(ViewRequested{ticket.Id()});
  auto answer = ticket.Wait();
  if (!answer) throw Error(ErrorCode::kUnavailable, "The master is stopping");
  return std::get<BrokerView>(std::move(*answer));
}

}  // namespace mist
