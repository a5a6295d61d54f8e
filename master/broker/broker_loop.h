// The one thread that runs the broker: takes inputs from a mailbox, gives them to the broker with
// the time, and carries its effects to the store, the workers, the logs and the callers.
//
// Started and stopped by main. Stop() waits until the thread has ended; inputs posted after it are
// dropped. Effects are carried out on the loop's thread and never block.
#pragma once

#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/mailbox.h"
#include "master/broker/broker.h"
#include "master/broker/inbox.h"

namespace mist {

class JobLogs;
class Store;
class WorkerHost;

// Where effects go. References must outlive the loop; functions run on its thread and must not
// block.
struct BrokerOutlets {
  Store& store;
  WorkerHost& workers;
  JobLogs& logs;
  std::function<void(const Answer&)> answer;
  std::function<void(const JobEvent&)> publish;
  std::function<void(const TellProgress&)> tell_progress;
  std::function<void()> shutdown_complete;
  std::function<void()> store_lost;  // from the store's thread: the master must start again
};

class BrokerLoop final : public BrokerInbox {
 public:
  BrokerLoop(BrokerOptions options, Clock& clock);
  ~BrokerLoop() override;

  void Start(BrokerOutlets outlets);  // once
  void Stop();                        // idempotent

  void Post(Input input) override;
  void PostAll(std::vector<Input> inputs) override;

 private:
  void Run();
  void Carry(Effect effect);
  void Persisted(std::uint64_t number, const Error* error);

  Clock& clock_;                          // synchronizes itself
  Mailbox<Input> inputs_;                 // synchronizes itself
  std::optional<BrokerOutlets> outlets_;  // constant after Start()
  Broker broker_;                         // touched by the loop's thread only
  std::jthread thread_;                   // last: ends before the fields it uses die
};

}  // namespace mist
