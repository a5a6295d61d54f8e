// Everything that outlives the master, behind one narrow interface (SQLite today).
//
// Writes are asynchronous and ordered: Submit() hands over a batch that becomes durable as a whole;
// the callback runs on the store's writer thread, in the order of submission, after the commit that
// holds the batch. Reads run on the caller's thread and see every batch whose callback has run.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "contexts/context_config.h"
#include "contexts/function_config.h"
#include "master/broker/job.h"

namespace mist {

// A new job in whatever state it is in (kQueued as a rule).
struct InsertJob {
  Job job;
};

// One move of one job. Written as an UPDATE guarded by `from`: when no row changes, broker and
// store disagree, the batch is rolled back and the store stops with an Error (kInternal) given to
// on_failure.
struct MoveJob {
  JobId id;
  JobState from = JobState::kInitialized;
  JobState to = JobState::kInitialized;
  std::int32_t attempt = 0;
  // Only those that have a value are written.
  std::optional<WorkerId> worker;
  std::optional<WallTime> started;
  std::optional<WallTime> ended;
  std::optional<JsonText> result;
};

// The job has a worker; its state does not change (guarded by state).
struct AssignWorker {
  JobId id;
  JobState state = JobState::kQueued;
  std::int32_t attempt = 0;
  WorkerId worker;
};

struct SaveContext {
  ContextConfig config;  // created or overwritten
};
struct DeleteContext {
  ContextName name;
};
struct SaveFunction {
  FunctionConfig config;
};
struct DeleteFunction {
  FunctionName name;
};
// An artifact key now stands for these contents. Unreferenced contents stay until the retention
// removes them.
struct SaveArtifact {
  std::string name;
  std::string sha1;
  std::string sha256;
  std::int64_t bytes = 0;
  WallTime created;
};
struct DeleteArtifact {
  std::string name;
};
struct SaveSchema {
  std::string artifact_sha256;
  std::string class_name;
  FunctionSchema schema;
};

using Mutation =
    std::variant<InsertJob, MoveJob, AssignWorker, SaveContext, DeleteContext, SaveFunction,
                 DeleteFunction, SaveArtifact, DeleteArtifact, SaveSchema>;

struct JobQuery {
  std::vector<JobState> states;  // any of these; empty means all
  std::optional<FunctionName> function;
  std::optional<WorkerId> worker;
  std::int64_t limit = 25;
  std::int64_t offset = 0;
  std::optional<JobId>
      before;  // only jobs older than this one: paging that costs the same at any depth
};

struct JobPage {
  std::vector<Job> jobs;   // newest first
  std::int64_t total = 0;  // of the whole query, without limit, offset and before
};

struct StoredArtifact {
  std::string name;
  std::string sha1;
  std::string sha256;
  std::int64_t bytes = 0;
  WallTime created;
};

class Store {
 public:
  // nullptr error: the batch is durable. Otherwise nothing of it is (or, after an I/O error, that
  // is unknown and the store takes no further batch until the master starts again: IsHealthy() is
  // false).
  using Done = std::function<void(const Error* error)>;

  virtual ~Store() = default;

  // Any thread. Never blocks on the disk.
  virtual void Submit(std::vector<Mutation> batch, Done done) = 0;

  // Submit() and wait. Throws what the store reports. Not from the broker's thread.
  void Write(std::vector<Mutation> batch);

  // Reads: any thread, each on a connection of its own; throw Error.
  virtual std::optional<Job> FindJob(const JobId& id) = 0;
  virtual JobPage ListJobs(const JobQuery& query) = 0;
  // Every job that has not ended, oldest first: what a starting master takes up.
  virtual std::vector<Job> UnfinishedJobs() = 0;
  virtual std::vector<ContextConfig> Contexts() = 0;
  virtual std::vector<FunctionConfig> Functions() = 0;
  virtual std::vector<StoredArtifact> Artifacts() = 0;
  virtual std::optional<FunctionSchema> FindSchema(const std::string& artifact_sha256,
                                                   const std::string& class_name) = 0;

  // False after a failure that a restart must repair; why is in the log.
  virtual bool IsHealthy() const = 0;
};

}  // namespace mist
