// What the doors (HTTP, Kafka, MQTT) call. Every method is thread safe and may block on the store,
// the inspector or, where said, on a job; none may be called from the broker's thread. Outcomes
// that a caller must branch on are values; failures are thrown as Error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/duration.h"
#include "base/ids.h"
#include "base/json_text.h"
#include "contexts/context_config.h"
#include "contexts/function_config.h"
#include "master/broker/job.h"
#include "master/broker/messages.h"
#include "master/store/store.h"

namespace mist {

// A request that cannot be done, with the text that the caller is to see.
struct Refusal {
  enum class Kind {
    kNotFound,     // the thing named does not exist
    kInvalid,      // the request is wrong and must be changed
    kConflict,     // the name is taken
    kBusy,         // a queue is full: try later
    kUnavailable,  // the master is stopping, or the inspector cannot answer now
    kDiskFull,
    kFailed,  // something of ours failed
  };
  Kind kind = Kind::kInvalid;
  std::string message;
  // Java class that Mist 1.1 put before such a message ("java.lang.IllegalArgumentException");
  // empty when none.
  std::string legacy_class;
  // kUnavailable: the job that goes on without its caller.
  std::optional<JobId> job = {};
};

template <typename Value>
using Outcome = std::variant<Value, Refusal>;

// Two requests with one key are one request, sent again because its answer was lost. The second one
// gets the first one's job.
struct RequestKey {
  std::string text;
  Timeout kept;  // how long after the job was created; then the key means a new request
};

struct StartJob {
  FunctionName function;
  // Called instead of what is registered under that name, or is not.
  std::optional<FunctionConfig> unregistered;
  JsonText arguments;  // JSON object, compact (CompactJson)
  std::optional<ContextName> context;
  std::optional<std::string> external_id;
  Timeout start_timeout;
  Timeout perform_timeout;
  Trigger source = Trigger::kHttp;
  std::optional<RequestKey> key;
  std::optional<std::string> reply_topic;  // see Job
  RetrySettings retry;                     // each wins over that of the function
};

// A job that has ended.
struct EndedJob {
  std::shared_ptr<const Job> job;
  std::string cancel_reason;  // of a cancelled job: "user request", "start timeout was exceeded: 10
                              // seconds", ...
};

class JobService {
 public:
  virtual ~JobService() = default;
  // Returns when the job is durable. kConflict when the key is that of another call.
  virtual Outcome<JobId> Start(StartJob request) = 0;
  // As Start() for each of them, in their order, which is also that of the queue; they share
  // commits.
  virtual std::vector<Outcome<JobId>> StartAll(std::vector<StartJob> requests) = 0;
  // Returns when the job has ended (durably).
  virtual Outcome<EndedJob> StartAndWait(StartJob request) = 0;
  // Returns when the job has ended; at once when it had ended before. kNotFound when there is none.
  virtual Outcome<EndedJob> AwaitEnd(const JobId& id) = 0;
  // The same, and has the job cancelled. kDiskFull when that cannot be stored.
  virtual Outcome<EndedJob> Cancel(const JobId& id) = 0;
  virtual std::optional<Job> Find(const JobId& id) = 0;
  // As soon as it has ended, or as it is when the limit is over.
  virtual std::optional<Job> FindEnded(const JobId& id, Timeout limit) = 0;
  virtual JobPage List(const JobQuery& query) = 0;
  // Why it has no worker; nullopt when it has one, has ended, or is not there.
  virtual std::optional<JobWaits> WhyWaits(const JobId& id) = 0;
  // How far its Spark work is; null when that is not known, or the job does not run.
  virtual std::shared_ptr<const SparkProgress> Progress(const JobId& id) = 0;
  // See Store::JobCourse().
  virtual std::vector<JobStep> Course(const JobId& id) = 0;
};

// A registered function with what its artifact says about it.
struct Function {
  FunctionConfig config;
  FunctionSchema schema;
};

class FunctionService {
 public:
  virtual ~FunctionService() = default;
  // Those whose artifact exists and can be read.
  virtual std::vector<Function> List() = 0;
  // All.
  virtual std::vector<FunctionConfig> Registered() = 0;
  virtual Outcome<Function> Find(const FunctionName& name) = 0;
  // Create refuses a name that exists; Update one that does not. Both read the schema from the
  // artifact first.
  virtual Outcome<Function> Create(FunctionConfig config) = 0;
  virtual Outcome<Function> Update(FunctionConfig config) = 0;
  // Stores without any check of artifact and class, creating or overwriting (force=true of the
  // API).
  virtual Outcome<FunctionConfig> Force(FunctionConfig config) = 0;
  virtual Outcome<Function> Delete(const FunctionName& name) = 0;
};

class ContextService {
 public:
  virtual ~ContextService() = default;
  // Stored ones, those of the configuration file and `default`.
  virtual std::vector<ContextConfig> List() = 0;
  virtual std::optional<ContextConfig> Find(const ContextName& name) = 0;
  // The settings that a context gets which is created without them.
  virtual ContextConfig Defaults() = 0;
  virtual Outcome<ContextConfig> Save(ContextConfig config) = 0;    // creates or overwrites
  virtual Outcome<ContextConfig> Update(ContextConfig config) = 0;  // kNotFound when there is none
  virtual Outcome<ContextConfig> Delete(const ContextName& name) = 0;
  // Jobs of a context that is broken (too many workers did not start) may run again. kNotFound when
  // there is none.
  virtual Outcome<ContextConfig> Repair(const ContextName& name) = 0;
  // Of the contexts whose last worker start has failed.
  virtual std::vector<FailedStarts> FailingContexts() = 0;
};

// Artifacts need no service: the doors use ArtifactRepository (master/artifacts) directly, and job
// logs JobLogs.

// A worker that is ready, as the API shows it.
struct WorkerInfo {
  WorkerId id;
  ContextName context;
  std::string address;                  // host:port of the driver's end of its connection
  std::optional<std::string> spark_ui;  // URL
  ContextConfig config;                 // the settings it was started with
};

class WorkerService {
 public:
  virtual ~WorkerService() = default;
  virtual std::vector<WorkerInfo> List() = 0;
  virtual std::optional<WorkerInfo> Find(const WorkerId& id) = 0;
  // The file that its programs write on this host, also when the worker has ended; nullopt when
  // there is none.
  virtual std::optional<std::filesystem::path> Output(const WorkerId& id) = 0;
  // Ends it now: its running jobs fail. False when there is none of that id.
  virtual bool Stop(const WorkerId& id) = 0;
};

// A message broker that the master talks to.
struct MessageBrokerStatus {
  std::string name;  // "kafka"
  bool connected = false;
  // Since the start.
  std::uint64_t received = 0;        // requests
  std::uint64_t rejected = 0;        // of these, for good
  std::uint64_t delivered = 0;       // events
  std::uint64_t dropped_events = 0;  // that it cannot take
  std::uint64_t dropped_lines = 0;   // of jobs' logs
  std::uint64_t waited_too_long =
      0;  // events that it did not get since outbox.* did not let them wait
};

// What the retention has taken since the start.
struct RetentionStatus {
  std::int64_t jobs = 0;
  std::int64_t logs = 0;
  std::int64_t events = 0;
  std::int64_t keys = 0;
  std::int64_t artifacts = 0;
  std::int64_t bytes = 0;  // of logs and artifacts
};

// What GET /v2/api/status and the health routes tell.
struct MasterStatus {
  std::string version;
  std::string spark_version;  // of SPARK_HOME
  std::string java_version;   // of the Java that workers are started with
  WallTime started;
  bool accepting_jobs = false;
  bool store_healthy = false;
  std::vector<MessageBrokerStatus> message_brokers = {};  // those that are switched on
  RetentionStatus retention = {};
};

class StatusService {
 public:
  virtual ~StatusService() = default;
  virtual MasterStatus Status() = 0;
  // What is going on now. Throws Error (kUnavailable) when the broker has stopped.
  virtual BrokerView View() = 0;
};

}  // namespace mist
