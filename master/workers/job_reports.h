// Turns what a worker reports about its jobs into inputs of the broker. Reports about attempts that
// the worker was not given, or has ended, are dropped.
#pragma once

#include <cstdint>
#include <memory>

#include "master/broker/inbox.h"
#include "master/workers/log_pressure.h"
#include "master/workers/running_attempts.h"
#include "worker_protocol/worker_types.h"

namespace mist {

// Take() is called by one thread at a time, in the order of the reports' numbers.
class JobReports {
 public:
  JobReports(WorkerId worker, std::int64_t max_result_bytes, RunningAttempts& attempts,
             std::shared_ptr<LogPressure> log_pressure, BrokerInbox& inbox);

  // False when the body is none of a job's. `number` is the report's.
  bool Take(const protocol::ReportBody& body, std::int64_t number);

 private:
  void Take(const protocol::Downloading& report);
  void Take(const protocol::Started& report);
  void Take(const protocol::LogLines& report);
  void Take(const protocol::SparkProgress& report);
  void Take(const protocol::ResultChunk& report, std::int64_t number);
  void Take(const protocol::Finished& report);
  void Take(const protocol::Failed& report);
  void Take(const protocol::Cancelled& report);
  AttemptRef Ref(const protocol::AttemptId& id) const;
  void Fail(const protocol::AttemptId& id, std::string error);

  const WorkerId worker_;
  const std::int64_t max_result_bytes_;
  RunningAttempts& attempts_;  // synchronizes itself
  const std::shared_ptr<LogPressure> log_pressure_;
  BrokerInbox& inbox_;  // synchronizes itself
};

}  // namespace mist
