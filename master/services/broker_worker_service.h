// Workers: listed by whoever holds their connections, stopped by the broker.
#pragma once

#include <filesystem>
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
  using FindOutput = std::function<std::optional<std::filesystem::path>(const WorkerId&)>;

  BrokerWorkerService(ListReady list_ready, FindOutput find_output, BrokerInbox& broker,
                      CallerTable& callers);

  std::vector<WorkerInfo> List() override { return list_ready_(); }
  std::optional<WorkerInfo> Find(const WorkerId& id) override;
  std::optional<std::filesystem::path> Output(const WorkerId& id) override {
    return find_output_(id);
  }
  // Also those that are still starting. Throws Error (kUnavailable) when the broker has stopped.
  bool Stop(const WorkerId& id) override;

 private:
  const ListReady list_ready_;
  const FindOutput find_output_;
  BrokerInbox& broker_;   // synchronizes itself
  CallerTable& callers_;  // synchronizes itself
};

}  // namespace mist
