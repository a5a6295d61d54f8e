// The Store in memory, for tests of those who use one. Held to the same conformance suite as the
// real one.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/mailbox.h"
#include "base/mutex.h"
#include "master/store/store.h"

namespace mist::testing {

class MemoryStore : public Store {
 public:
  MemoryStore();
  ~MemoryStore() override;

  void Submit(std::vector<Mutation> batch, Done done) override;
  std::optional<Job> FindJob(const JobId& id) override EXCLUDES(mu_);
  std::optional<Job> FindJobByKey(const std::string& request_key) override EXCLUDES(mu_);
  JobPage ListJobs(const JobQuery& query) override EXCLUDES(mu_);
  std::vector<JobStep> JobCourse(const JobId& id) override EXCLUDES(mu_);
  std::vector<Job> UnfinishedJobs() override EXCLUDES(mu_);
  std::vector<ContextConfig> Contexts() override EXCLUDES(mu_);
  std::vector<FunctionConfig> Functions() override EXCLUDES(mu_);
  std::vector<StoredArtifact> Artifacts() override EXCLUDES(mu_);
  std::vector<std::string> DamagedNames(NamedTable) override { return {}; }
  std::optional<FunctionSchema> FindSchema(const std::string& artifact_sha256,
                                           const std::string& class_name) override EXCLUDES(mu_);
  std::vector<StoredWorker> Workers() override EXCLUDES(mu_);
  std::vector<FailedStarts> FailingContexts() override EXCLUDES(mu_);
  std::vector<EventRecord> EventsAfter(EventNumber after, std::size_t limit) override EXCLUDES(mu_);
  EventNumber LastEvent() override EXCLUDES(mu_);
  std::optional<EventNumber> SinkCursor(const std::string& sink) override EXCLUDES(mu_);
  EndedJobs EndedJobsAfter(const std::string& through, std::size_t limit) override EXCLUDES(mu_);
  std::vector<EventBatch> EventBatchesAfter(EventNumber after, std::size_t limit) override
      EXCLUDES(mu_);
  std::vector<KeyedJob> JobsWithKeyAfter(const std::string& key, std::size_t limit) override
      EXCLUDES(mu_);
  std::vector<std::string> ContentsInUse() override EXCLUDES(mu_);
  StoreSize Size() override EXCLUDES(mu_);
  bool IsHealthy() const override EXCLUDES(mu_);

  // The next batch fails with this code and nothing of it is stored. Any code but kDiskFull also
  // stops the store, as the real one does.
  void FailNext(ErrorCode code) EXCLUDES(mu_);

 private:
  struct Batch {
    std::vector<Mutation> mutations;
    Done done;
  };
  struct Tables {
    std::map<JobId, Job> jobs;
    std::map<JobId, std::vector<JobStep>> courses;  // without their beginnings
    std::map<ContextName, ContextConfig> contexts;
    std::map<FunctionName, FunctionConfig> functions;
    std::map<std::string, StoredArtifact> artifacts;
    std::map<std::pair<std::string, std::string>, FunctionSchema> schemas;
    std::map<WorkerId, StoredWorker> workers;
    std::map<ContextName, FailedStarts> failed_starts;

    std::vector<EventRecord> events;
    std::vector<EventBatch> event_batches;
    std::map<std::string, EventNumber> sink_cursors;

    Job& Expect(const JobId& id, JobState state);
    const Job* FindByKey(const std::string& request_key) const;
    void Apply(const InsertJob& insert);
    void Apply(const MoveJob& move);
    void Apply(const AssignWorker& assignment);
    void Apply(const RequeueJob& requeue);
    void Apply(const ForgetRequestKey& forget);
    void Apply(const SaveContext& save);
    void Apply(const DeleteContext& removal);
    void Apply(const SaveFunction& save);
    void Apply(const DeleteFunction& removal);
    void Apply(const SaveArtifact& save);
    void Apply(const DeleteArtifact& removal);
    void Apply(const SaveSchema& save);
    void Apply(const SaveWorker& save);
    void Apply(const DeleteWorker& removal);
    void Apply(const SaveFailedStarts& save);
    void Apply(const DeleteFailedStarts& removal);
    void Apply(const AppendEvents& append);
    void Apply(const SaveSinkCursor& save);
    void Apply(const DeleteJob& removal);
    void Apply(const DeleteEvents& removal);
    void Apply(const DeleteSchemas& removal);
  };

  void Run();
  std::optional<Error> WriteBatch(const Batch& batch) EXCLUDES(mu_);
  std::optional<Error> WriteBatchLocked(const Batch& batch) REQUIRES(mu_);
  std::map<std::string, const Job*> ByPositionLocked() const REQUIRES(mu_);
  std::optional<std::string> PositionBelowLocked(const JobQuery& query) const REQUIRES(mu_);

  mutable Mutex mu_;
  Tables tables_ GUARDED_BY(mu_);
  std::deque<ErrorCode> failures_ GUARDED_BY(mu_);
  bool healthy_ GUARDED_BY(mu_) = true;
  Mailbox<Batch> mailbox_;  // synchronizes itself
  std::thread thread_;      // last: stops before the fields it uses die
};

}  // namespace mist::testing
