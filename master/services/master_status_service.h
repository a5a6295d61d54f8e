// What the master says about itself.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "master/broker/inbox.h"
#include "master/services/caller_table.h"
#include "master/services/services.h"

namespace mist {

struct MasterFacts {
  std::string version;
  std::string spark_version;
  std::string java_version;
  WallTime started;
};

class MasterStatusService : public StatusService {
 public:
  MasterStatusService(MasterFacts facts, Store& store, BrokerInbox& broker, CallerTable& callers);

  MasterStatus Status() override;
  BrokerView View() override;

  // Before any other thread asks.
  void AddMessageBroker(std::function<MessageBrokerStatus()> status) {
    message_brokers_.push_back(std::move(status));
  }

  // Before any other thread asks.
  void SetRetention(std::function<RetentionStatus()> status) { retention_ = std::move(status); }

  // Main sets it when everything has started, and takes it back when the shutdown begins.
  void SetAcceptingJobs(bool accepting) { accepting_jobs_ = accepting; }

 private:
  const MasterFacts facts_;  // constant after construction
  Store& store_;             // synchronizes itself
  BrokerInbox& broker_;      // synchronizes itself
  CallerTable& callers_;     // synchronizes itself
  std::vector<std::function<MessageBrokerStatus()>> message_brokers_;
  std::function<RetentionStatus()> retention_;
  std::atomic<bool> accepting_jobs_ = false;
};

}  // namespace mist
