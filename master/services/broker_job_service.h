// Jobs: checked here, run by the broker, looked up in the store.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/duration.h"
#include "master/broker/inbox.h"
#include "master/inspector/function_inspector.h"
#include "master/services/caller_table.h"
#include "master/services/name_holds.h"
#include "master/services/services.h"
#include "master/services/stored_function_service.h"

namespace mist {

struct JobServiceOptions {
  Timeout longest_wait;  // of StartAndWait for the job's end; the job goes on after it
};

// A waiting caller costs its thread and one entry in the CallerTable; nothing else is kept here.
// When the broker stops, every caller is answered kUnavailable.
class BrokerJobService : public JobService {
 public:
  BrokerJobService(StoredFunctionService& functions, ContextService& contexts,
                   FunctionInspector& inspector, Store& store, BrokerInbox& broker,
                   CallerTable& callers, Clock& clock, JobServiceOptions options);

  Outcome<JobId> Start(StartJob request) override;
  std::vector<Outcome<JobId>> StartAll(std::vector<StartJob> requests) override;
  Outcome<EndedJob> StartAndWait(StartJob request) override;
  Outcome<EndedJob> AwaitEnd(const JobId& id) override;
  Outcome<EndedJob> Cancel(const JobId& id) override;
  std::optional<Job> Find(const JobId& id) override { return store_.FindJob(id); }
  std::optional<Job> FindEnded(const JobId& id, Timeout limit) override;
  JobPage List(const JobQuery& query) override { return store_.ListJobs(query); }
  std::optional<JobWaits> WhyWaits(const JobId& id) override;
  std::shared_ptr<const SparkProgress> Progress(const JobId& id) override;
  std::vector<JobStep> Course(const JobId& id) override { return store_.JobCourse(id); }

 private:
  struct FirstJob {
    Job job;  // of an earlier request with the same key
  };
  // While the request's key is held in starting_.
  std::variant<Job, FirstJob, Refusal> PrepareNew(StartJob request);
  Outcome<EndedJob> WaitForEnd(Job job);
  EndedJob AsEnded(Job job) const;
  // Everything that can be wrong with a call is found here, before the broker hears of it.
  Outcome<Job> Prepare(StartJob request);
  std::optional<Refusal> CheckContext(const ContextName& context);
  std::optional<Refusal> CheckCall(const CallableFunction& function, const JsonText& arguments);
  std::optional<Refusal> AskValidators(const CallableFunction& function, const JsonText& arguments);
  Outcome<EndedJob> NotAlive(const JobId& id);

  StoredFunctionService& functions_;  // all of them synchronize themselves
  ContextService& contexts_;
  FunctionInspector& inspector_;
  Store& store_;
  BrokerInbox& broker_;
  CallerTable& callers_;
  Clock& clock_;
  NameHolds starting_;  // request keys of jobs on their way into the store
  const JobServiceOptions options_;
};

}  // namespace mist
