// Workers: listed by whoever holds their connections, stopped by the broker.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "master/broker/inbox.h"
#include "master/services/caller_table.h"
#include "master/services/services.h"

namespace mist {

class BrokerWorkerService : public WorkerService {
 public:
  // The workers that are ready now; any thread.
  using ListReady = std::function<std::vector<WorkerInfo>()>;

  BrokerWorkerService(ListReady list_ready, BrokerInbox& broker, CallerTable& callers);

  std::vector<WorkerInfo> List() override { return list_ready_(); }
  std::optional<WorkerInfo> Find(const WorkerId& id) override;
  // Also those that are still starting. Throws Error (kUnavailable) when the broker has stopped.
  bool Stop(const WorkerId& id) override;

 private:
  const ListReady list_ready_;
  BrokerInbox& broker_;   // synchronizes itself
  CallerTable& callers_;  // synchronizes itself
};

}  // namespace mist
