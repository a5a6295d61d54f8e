// Everything that outlives the master, behind one narrow interface (SQLite today).
//
// Writes are asynchronous and ordered: Submit() hands over a batch that becomes durable as a whole;
// the callback runs on the store's writer thread, in the order of submission, after the commit that
// holds the batch. Reads run on the caller's thread and see every batch whose callback has run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "contexts/context_config.h"
#include "contexts/function_config.h"
#include "master/broker/job.h"
#include "master/broker/job_event.h"

namespace mist {

// A new job in whatever state it is in (kQueued as a rule). Its place in lists follows from its id
// when that is of version 7, else from its creation time.
// Shared, since the broker keeps what it has submitted, and tells it to others.
struct InsertJob {
  explicit InsertJob(Job new_job) : job(std::make_shared<const Job>(std::move(new_job))) {}
  explicit InsertJob(std::shared_ptr<const Job> new_job) : job(std::move(new_job)) {}

  std::shared_ptr<const Job> job;  // never null
};

// One thing that has happened to a job. A kQueued with a reason ends the attempt that it names.
struct JobStep {
  JobEvent::Kind kind = JobEvent::Kind::kQueued;
  WallTime time;
  std::int32_t attempt = 0;
  std::optional<WorkerId> worker = {};  // kWorkerAssigned
  std::string reason = {};              // why the job waits again, or was cancelled
  // kWorkerAssigned: the job has waited for this worker to start since then.
  std::optional<WallTime> worker_starting = {};

  bool operator==(const JobStep&) const = default;
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
  std::optional<WorkerId> worker = {};
  std::optional<WallTime> started = {};
  std::optional<WallTime> ended = {};
  std::optional<JsonText> result = {};
  WallTime time = {};
  std::string reason = {};  // kCancelling
};

// The job has a worker; its state does not change (guarded by state).
struct AssignWorker {
  JobId id;
  JobState state = JobState::kQueued;
  std::int32_t attempt = 0;
  WorkerId worker;
  WallTime time = {};
  std::optional<WallTime> worker_starting = {};  // as in JobStep
};

// The attempt is over and the job waits for another one: it has no worker, and was not started.
// Guarded by state.
struct RequeueJob {
  JobId id;
  JobState from = JobState::kQueued;
  std::int32_t attempt = 0;  // the one that is over
  WallTime time = {};
  std::string reason = {};
};

// The job's request key may be used again.
struct ForgetRequestKey {
  JobId id;
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

// A worker that is started or runs: what a master needs to take it up again when it finds the row
// at its start.
struct StoredWorker {
  WorkerId id;
  ContextConfig config;  // it was started with

  bool operator==(const StoredWorker&) const = default;
};
struct SaveWorker {
  StoredWorker worker;
};
struct DeleteWorker {
  WorkerId id;
};

// Worker starts of a context that have failed one after the other: what its users are told until
// one succeeds or the context is saved.
struct FailedStarts {
  ContextName context;
  std::int32_t count = 0;  // in a row; starts of one round that fail together count once
  // No worker is started and no job accepted to run before somebody saves or repairs the context.
  bool broken = false;
  WallTime since;                    // when the first of them failed
  WallTime last;                     // when the last one did: broken contexts are so since then
  std::optional<WallTime> next_try;  // not before; nullopt: broken, or with the next job
  std::string reason;                // of the last one, with the worker's last lines of output

  bool operator==(const FailedStarts&) const = default;
};
struct SaveFailedStarts {
  FailedStarts failed;
};
struct DeleteFailedStarts {
  ContextName context;
};

// The events of one batch, in rising numbers, above all that were appended before.
struct AppendEvents {
  std::vector<EventRecord> events;  // not empty
};

// A sink has everything up to this event.
struct SaveSinkCursor {
  std::string sink;
  EventNumber through = 0;
};

// ---- what the retention takes ----

// Nothing happens to a job that has not ended.
struct DeleteJob {
  JobId id;
};
// Those with numbers up to `through`, in whole batches.
struct DeleteEvents {
  EventNumber through = 0;
};
// They can be read from the artifact again.
struct DeleteSchemas {
  std::string artifact_sha256;
};

using Mutation =
    std::variant<InsertJob, MoveJob, AssignWorker, RequeueJob, ForgetRequestKey, SaveContext,
                 DeleteContext, SaveFunction, DeleteFunction, SaveArtifact, DeleteArtifact,
                 SaveSchema, SaveWorker, DeleteWorker, SaveFailedStarts, DeleteFailedStarts,
                 AppendEvents, SaveSinkCursor, DeleteJob, DeleteEvents, DeleteSchemas>;

// Which jobs somebody looks for: those that everything said fits. What is empty says nothing.
struct JobFilter {
  // Names or patterns (MatchesGlob), one of which must fit.
  std::vector<std::string> functions = {};
  std::vector<std::string> contexts = {};
  std::vector<std::string> workers = {};
  std::vector<Trigger> sources = {};
  std::optional<WallTime> since = {};  // created at this time or later
  std::optional<WallTime> until = {};  // created before
  std::string text = {};  // in id, external id, arguments or the error of a failed job, in any case

  bool operator==(const JobFilter&) const = default;
  bool IsEmpty() const { return *this == JobFilter(); }
};

struct JobQuery {
  std::vector<JobState> states;  // any of these; empty means all
  std::optional<FunctionName> function;
  std::optional<WorkerId> worker;
  std::int64_t limit = 25;
  std::int64_t offset = 0;
  // Only jobs older than this one: paging that costs the same at any depth. Nothing, when it is
  // neither stored nor an id of version 7.
  std::optional<JobId> before;
  // With one, a page comes from a bounded number of jobs that are looked at: it may hold fewer than
  // `limit`, and `offset` counts in it.
  JobFilter filter = {};
};

struct JobPage {
  std::vector<Job> jobs;  // newest first
  // Of the whole query, without limit, offset and before. nullopt with a filter: that would need
  // looking at every job.
  std::optional<std::int64_t> total = {};
  // With a filter: there are more jobs to look at, before this one, which was created then.
  std::optional<JobId> next = {};
  std::optional<WallTime> scanned_to = {};
};

struct StoredArtifact {
  std::string name;
  std::string sha1;
  std::string sha256;
  std::int64_t bytes = 0;
  WallTime created;
};

// Jobs that have ended, oldest first.
struct EndedJobs {
  std::vector<Job> jobs;
  std::string through;  // where the next page begins; empty after the last one
};

// Events that were appended together.
struct EventBatch {
  EventNumber last = 0;
  std::int64_t events = 0;
  std::int64_t bytes = 0;
  WallTime time;  // of the last one
};

// A job whose request has a key.
struct KeyedJob {
  JobId id;
  std::string request_key;
  WallTime created;
  bool ended = false;
};

struct StoreSize {
  std::int64_t ended_jobs = 0;
  std::int64_t used_bytes = 0;  // of the file; what was deleted is used again before it grows
};

// Tables whose rows have names.
enum class NamedTable { kContexts, kFunctions, kArtifacts, kWorkers, kFailedStarts };

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
  virtual std::optional<Job> FindJobByKey(const std::string& request_key) = 0;
  virtual JobPage ListJobs(const JobQuery& query) = 0;
  // What became of the job so far, in order; the last attempt alone for jobs of a store that did
  // not keep it. Empty when there is no such job.
  virtual std::vector<JobStep> JobCourse(const JobId& id) = 0;
  // Every job that has not ended, oldest first: what a starting master takes up.
  virtual std::vector<Job> UnfinishedJobs() = 0;
  virtual std::vector<ContextConfig> Contexts() = 0;
  virtual std::vector<FunctionConfig> Functions() = 0;
  virtual std::vector<StoredArtifact> Artifacts() = 0;
  // Rows of a table that are not what was written. The reads above leave them out, which is not to
  // be taken for a name that nobody uses.
  virtual std::vector<std::string> DamagedNames(NamedTable table) = 0;
  // nullopt also for one that is damaged: it can be read from its artifact again.
  virtual std::optional<FunctionSchema> FindSchema(const std::string& artifact_sha256,
                                                   const std::string& class_name) = 0;
  // In order of their ids.
  virtual std::vector<StoredWorker> Workers() = 0;
  // Of the contexts whose last worker start has failed, in order of their names.
  virtual std::vector<FailedStarts> FailingContexts() = 0;

  // Events with greater numbers than `after`, in order: at least one when there is one, and not
  // many more than `limit`. Damaged ones are left out, which is logged.
  virtual std::vector<EventRecord> EventsAfter(EventNumber after, std::size_t limit) = 0;
  // 0 when there is none.
  virtual EventNumber LastEvent() = 0;
  // nullopt for a sink that was never saved; 0 when what was saved is damaged: an event that is
  // sent twice is better than one that is not sent.
  virtual std::optional<EventNumber> SinkCursor(const std::string& sink) = 0;

  // ---- for the retention ----

  // After a page's `through`, or "" for the first. Damaged rows are left out.
  virtual EndedJobs EndedJobsAfter(const std::string& through, std::size_t limit) = 0;
  virtual std::vector<EventBatch> EventBatchesAfter(EventNumber after, std::size_t limit) = 0;
  // In order of key, those with greater keys.
  virtual std::vector<KeyedJob> JobsWithKeyAfter(const std::string& key, std::size_t limit) = 0;
  // SHA-256 of the artifacts of jobs that have not ended.
  virtual std::vector<std::string> ContentsInUse() = 0;
  virtual StoreSize Size() = 0;

  // False after a failure that a restart must repair; why is in the log.
  virtual bool IsHealthy() const = 0;
};

}  // namespace mist
