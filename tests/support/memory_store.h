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
  JobPage ListJobs(const JobQuery& query) override EXCLUDES(mu_);
  std::vector<Job> UnfinishedJobs() override EXCLUDES(mu_);
  std::vector<ContextConfig> Contexts() override EXCLUDES(mu_);
  std::vector<FunctionConfig> Functions() override EXCLUDES(mu_);
  std::vector<StoredArtifact> Artifacts() override EXCLUDES(mu_);
  std::optional<FunctionSchema> FindSchema(const std::string& artifact_sha256,
                                           const std::string& class_name) override EXCLUDES(mu_);
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
    std::map<ContextName, ContextConfig> contexts;
    std::map<FunctionName, FunctionConfig> functions;
    std::map<std::string, StoredArtifact> artifacts;
    std::map<std::pair<std::string, std::string>, FunctionSchema> schemas;

    Job& Expect(const JobId& id, JobState state);
    void Apply(const InsertJob& insert);
    void Apply(const MoveJob& move);
    void Apply(const AssignWorker& assignment);
    void Apply(const SaveContext& save);
    void Apply(const DeleteContext& removal);
    void Apply(const SaveFunction& save);
    void Apply(const DeleteFunction& removal);
    void Apply(const SaveArtifact& save);
    void Apply(const DeleteArtifact& removal);
    void Apply(const SaveSchema& save);
  };

  void Run();
  std::optional<Error> WriteBatch(const Batch& batch) EXCLUDES(mu_);
  std::optional<Error> WriteBatchLocked(const Batch& batch) REQUIRES(mu_);

  mutable Mutex mu_;
  Tables tables_ GUARDED_BY(mu_);
  std::deque<ErrorCode> failures_ GUARDED_BY(mu_);
  bool healthy_ GUARDED_BY(mu_) = true;
  Mailbox<Batch> mailbox_;  // synchronizes itself
  std::thread thread_;      // last: stops before the fields it uses die
};

}  // namespace mist::testing
