#include "master/services/broker_worker_service.h"

#include <utility>

#include "base/error.h"

namespace mist {

BrokerWorkerService::BrokerWorkerService(ListReady list_ready, FindOutput find_output,
                                         BrokerInbox& broker, CallerTable& callers)
    : list_ready_(std::move(list_ready)),
      find_output_(std::move(find_output)),
      broker_(broker),
      callers_(callers) {}

std::optional<WorkerInfo> BrokerWorkerService::Find(const WorkerId& id) {
  for (WorkerInfo& worker : list_ready_()) {
    if (worker.id == id) return std::move(worker);
  }
  return std::nullopt;
}

bool BrokerWorkerService::Stop(const WorkerId& id) {
  CallerTicket ticket(callers_);
  broker_.Post(WorkerStopRequested{id, ticket.Id()});
  const auto answer = ticket.Wait();
  if (!answer) {
    throw Error(ErrorCode::kUnavailable,
                "Cannot stop worker " + id.value + ": the master itself is stopping");
  }
  return std::holds_alternative<WorkerStopped>(*answer);
}

}  // namespace mist
