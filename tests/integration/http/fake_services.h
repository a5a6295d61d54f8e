// The services as the HTTP door sees them, without broker, inspector and workers. Jobs run as the
// function's name says:
//   "pi"      ends at once with 3.140000000000000000001
//   "broken"  ends at once with an error of two lines
//   "waiting" runs until somebody cancels it, or Release() is called
//   "busy", "closing", "full", "crash"  are refused, or throw
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "master/services/services.h"

namespace mist::http {

class FakeJobs final : public JobService {
 public:
  Outcome<JobId> Start(StartJob request) override EXCLUDES(mu_);
  std::vector<Outcome<JobId>> StartAll(std::vector<StartJob> requests) override EXCLUDES(mu_);
  Outcome<EndedJob> StartAndWait(StartJob request) override EXCLUDES(mu_);
  Outcome<EndedJob> AwaitEnd(const JobId& id) override EXCLUDES(mu_);
  Outcome<EndedJob> Cancel(const JobId& id) override EXCLUDES(mu_);
  std::optional<Job> Find(const JobId& id) override EXCLUDES(mu_);
  std::optional<Job> FindEnded(const JobId& id, Timeout limit) override EXCLUDES(mu_);
  JobPage List(const JobQuery& query) override EXCLUDES(mu_);
  std::vector<JobStep> Course(const JobId&) override { return {}; }
  std::optional<JobWaits> WhyWaits(const JobId&) override { return std::nullopt; }
  std::shared_ptr<const SparkProgress> Progress(const JobId&) override { return nullptr; }

  // Ends all waiting jobs, those of the future too.
  void Release() EXCLUDES(mu_);
  // Returns when so many callers wait for "waiting" jobs.
  void AwaitCallers(int count) EXCLUDES(mu_);
  // What the last Start got.
  StartJob LastStart() EXCLUDES(mu_);

 private:
  Outcome<JobId> Accept(StartJob request) EXCLUDES(mu_);
  void EndLocked(Job& job, JobState state, std::string result) REQUIRES(mu_);

  Mutex mu_;
  CondVar changed_;
  std::map<JobId, Job> jobs_ GUARDED_BY(mu_);
  int callers_ GUARDED_BY(mu_) = 0;
  bool released_ GUARDED_BY(mu_) = false;
  StartJob last_start_ GUARDED_BY(mu_);
};

class FakeFunctions final : public FunctionService {
 public:
  FakeFunctions();
  std::vector<Function> List() override EXCLUDES(mu_);
  std::vector<FunctionConfig> Registered() override { return {}; }
  Outcome<Function> Find(const FunctionName& name) override EXCLUDES(mu_);
  Outcome<Function> Create(FunctionConfig config) override EXCLUDES(mu_);
  Outcome<Function> Update(FunctionConfig config) override EXCLUDES(mu_);
  Outcome<FunctionConfig> Force(FunctionConfig config) override EXCLUDES(mu_);
  Outcome<Function> Delete(const FunctionName& name) override EXCLUDES(mu_);

 private:
  Mutex mu_;
  std::map<FunctionName, FunctionConfig> functions_ GUARDED_BY(mu_);
};

class FakeContexts final : public ContextService {
 public:
  FakeContexts();
  std::vector<ContextConfig> List() override EXCLUDES(mu_);
  std::optional<ContextConfig> Find(const ContextName& name) override EXCLUDES(mu_);
  ContextConfig Defaults() override { return {}; }
  Outcome<ContextConfig> Save(ContextConfig config) override EXCLUDES(mu_);
  Outcome<ContextConfig> Update(ContextConfig config) override EXCLUDES(mu_);
  Outcome<ContextConfig> Delete(const ContextName& name) override EXCLUDES(mu_);
  Outcome<ContextConfig> Repair(const ContextName& name) override EXCLUDES(mu_);

  std::vector<FailedStarts> FailingContexts() override EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return failing_;
  }

  void Fail(FailedStarts failed) EXCLUDES(mu_) {
    MutexLock lock(mu_);
    failing_.push_back(std::move(failed));
  }

  int Repairs() EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return repairs_;
  }

 private:
  Mutex mu_;
  int repairs_ GUARDED_BY(mu_) = 0;
  std::vector<FailedStarts> failing_ GUARDED_BY(mu_);
  std::map<ContextName, ContextConfig> contexts_ GUARDED_BY(mu_);
};

// One worker, "w1".
class FakeWorkers final : public WorkerService {
 public:
  std::vector<WorkerInfo> List() override;
  std::optional<WorkerInfo> Find(const WorkerId& id) override;
  std::optional<std::filesystem::path> Output(const WorkerId&) override { return std::nullopt; }
  bool Stop(const WorkerId& id) override { return id.value == "w1"; }
};

class FakeStatus final : public StatusService {
 public:
  MasterStatus Status() override;
  BrokerView View() override { return {}; }
  void StopAccepting() { accepting_ = false; }

 private:
  std::atomic<bool> accepting_ = true;
};

}  // namespace mist::http
