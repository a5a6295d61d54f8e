// The broker's arm: what starts workers and speaks with them. Called from the broker's thread only;
// nothing blocks. What happens to workers and what they report comes back as inputs through
// BrokerInbox.
#pragma once

#include "master/broker/messages.h"

namespace mist {

class WorkerHost {
 public:
  virtual ~WorkerHost() = default;
  virtual void Handle(StartWorker effect) = 0;
  virtual void Handle(SendRun effect) = 0;
  virtual void Handle(SendCancel effect) = 0;
  virtual void Handle(SendStop effect) = 0;
  virtual void Handle(KillWorker effect) = 0;
  virtual void Handle(ReportsDurable effect) = 0;
};

}  // namespace mist
