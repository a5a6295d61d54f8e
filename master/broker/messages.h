// What goes into the broker and what comes out of it. Inputs carry their facts; time comes with
// each Handle() call.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "contexts/context_config.h"
#include "master/broker/job.h"
#include "master/broker/job_event.h"
#include "master/broker/job_progress.h"
#include "master/logs/log_line.h"
#include "master/store/store.h"

namespace mist {

// Someone outside who waits for an Answer effect; numbers are given by whoever runs the broker, and
// never used twice.
using CallerId = std::uint64_t;

// One attempt of a job on one worker: reports about any other attempt are ignored.
struct AttemptRef {
  WorkerId worker;
  JobId job;
  std::int32_t attempt = 0;
};

// A batch of log lines on its way to a job's log. `written` is called exactly once, when the lines
// are in the log or were dropped because their attempt is over; the worker that sent them is held
// back until then.
struct LogBatch {
  std::vector<LogLine> lines;
  std::function<void()> written;
};

// ---- inputs -------------------------------------------------------------------------------------

// A call that passed every check. Answered through on_accepted by JobAccepted once the job is
// durable, or by JobRefused; through on_ended by JobEnded.
struct JobRequested {
  Job job;                              // state kInitialized; `created` set
  bool dispatch_before_commit = false;  // force=true: the caller waits for the result anyway
  std::optional<CallerId> on_accepted;
  std::optional<CallerId> on_ended;
};

// Found by a starting master in the store; after ContextSaved. The context may try again, and its
// users are told of them until a start succeeds.
struct FailedStartsRecovered {
  FailedStarts failed;
};

// A worker that a starting master found in the store and that may still run; after ContextSaved,
// before JobRecovered.
// Its next word is WorkerReturned, WorkerRegistered when it was not ready before, or WorkerLost.
struct WorkerRecovered {
  WorkerId worker;
  ContextConfig config;  // it was started with
};

// A job that a starting master found unfinished in the store; given in order of acceptance.
struct JobRecovered {
  Job job;
  bool has_log = false;  // its opening lines are written
};

// Everything that a starting master found was given. No job and no worker is started before.
struct RecoveryEnded {};

// Answered by JobEnded when the job has ended, or at once by NoSuchJob when it is not alive here,
// or by JobRefused when the disk has no room for it: the text says whether nothing has happened, or
// the cancel waits for room.
struct CancelRequested {
  JobId job;
  std::optional<CallerId> on_ended;
};

// Tells when a job ends: answered by JobEnded or NoSuchJob, without touching the job.
struct WaitRequested {
  JobId job;
  CallerId on_ended = 0;
};

// What is going on now: answered by BrokerView.
struct ViewRequested {
  CallerId caller = 0;
};
// Why a job has no worker: answered by JobWaits, or NoSuchJob when it has one or is not alive.
struct WaitReasonRequested {
  JobId job;
  CallerId caller = 0;
};

// How far a job's Spark work is: answered by JobProgress, or NoSuchJob when it is not alive.
struct ProgressRequested {
  JobId job;
  CallerId caller = 0;
};

// A context was written (and is durable), comes from the configuration file, or is repaired.
struct ContextSaved {
  ContextConfig config;
};
struct ContextDeleted {
  ContextName name;
};

// The worker dialled in and proved its secret.
struct WorkerRegistered {
  WorkerId worker;
};
// A recovered worker dialled in, and was ready before: its Spark context is up, and it goes on with
// its jobs.
struct WorkerReturned {
  struct Running {
    AttemptRef attempt;
    Millis age;  // since the worker was told to run it
  };
  WorkerId worker;
  std::vector<Running> running;
};
// Its Spark context is up.
struct WorkerReady {
  WorkerId worker;
};
// It ended, or gave up, before it was ready. The reason names exit code and last output.
struct WorkerStartFailed {
  WorkerId worker;
  std::string reason;
};
// Its process is gone or its lease ran out. Also the regular end of a worker that was told to stop.
struct WorkerLost {
  WorkerId worker;
  std::string reason;
};
// An operator wants it gone now. Answered by WorkerStopped or NoSuchWorker.
struct WorkerStopRequested {
  WorkerId worker;
  std::optional<CallerId> caller;
};

// A recovered worker was never told to run the attempt: the command was lost with the master
// before.
struct AttemptUnknown {
  AttemptRef attempt;
};
struct JobDownloading {
  AttemptRef attempt;
  WallTime time;
};
struct JobStarted {
  AttemptRef attempt;
  WallTime time;
};
struct JobFinished {
  AttemptRef attempt;
  JsonText result;
};
struct JobFailed {
  AttemptRef attempt;
  std::string error;
};
// The function ended because the worker was told to cancel it.
struct JobCancelled {
  AttemptRef attempt;
};
struct JobLogged {
  AttemptRef attempt;
  LogBatch batch;
};
struct JobProgressed {
  AttemptRef attempt;
  std::shared_ptr<const SparkProgress> progress;
};
// Answered by ReportsDurable once everything that was reported before it is durable.
struct ReportsReceived {
  WorkerId worker;
  std::int64_t through = 0;
};

// The store made Persist effects durable up to and with this number.
struct StorageCommitted {
  std::uint64_t through = 0;
};
// A Persist effect failed for certain (nothing of it was written), for example because the disk is
// full.
struct StorageFailed {
  std::uint64_t number = 0;
  std::string reason;
};

// The time of NextTimer() has come.
struct TimerFired {};

// No new jobs; queued ones stay in the store; running ones may end until the deadline. Ends with
// ShutdownComplete.
struct ShutdownRequested {
  MonoTime deadline;
};

using Input =
    std::variant<JobRequested, FailedStartsRecovered, WorkerRecovered, JobRecovered, RecoveryEnded,
                 CancelRequested, WaitRequested, ViewRequested, WaitReasonRequested,
                 ProgressRequested, ContextSaved, ContextDeleted, WorkerRegistered, WorkerReturned,
                 WorkerReady, WorkerStartFailed, WorkerLost, WorkerStopRequested, AttemptUnknown,
                 JobDownloading, JobStarted, JobFinished, JobFailed, JobCancelled, JobLogged,
                 JobProgressed, ReportsReceived, StorageCommitted, StorageFailed, TimerFired,
                 ShutdownRequested>;

// ---- effects ------------------------------------------------------------------------------------

// Numbers rise by one; answered by StorageCommitted or StorageFailed.
struct Persist {
  std::uint64_t number = 0;
  std::vector<Mutation> batch;
};

struct StartWorker {
  WorkerId worker;
  ContextConfig config;
};
struct SendRun {
  AttemptRef attempt;
  FunctionCall call;
  JsonText arguments;
};
struct SendCancel {
  AttemptRef attempt;
  std::string reason;
};
// Asks the worker to end when its jobs have ended.
struct SendStop {
  WorkerId worker;
  std::string reason;
};
// Ends the worker now, whatever it does; also one that is still starting. WorkerLost follows.
struct KillWorker {
  WorkerId worker;
  std::string reason;
};

// For the operator: a worker did not start, which may have broken its context; and that is over.
struct StartsFail {
  FailedStarts failed;
};
struct StartsSucceed {
  ContextName context;
  std::string why;
};

struct PublishEvent {
  JobEvent event;
};
struct AppendLog {
  JobId job;
  LogBatch batch;
};
// For those who watch the job just now; told once.
struct TellProgress {
  JobId job;
  std::shared_ptr<const SparkProgress> progress;
};

struct JobAccepted {
  JobId job;
};
struct JobRefused {
  enum class Reason { kQueueFull, kShuttingDown, kDiskFull };
  Reason reason = Reason::kQueueFull;
  std::string message;
};
struct JobEnded {
  std::shared_ptr<const Job> job;  // in a terminal state, durable
  std::string cancel_reason;       // kCancelled only: "user request", ...
};
struct NoSuchJob {};

// Why a job waits, as scheduling sees it.
struct JobWaits {
  enum class Reason {
    kMaxJobs,         // its context runs as many jobs as it may
    kWorkerStarting,  // for a worker that is on its way
    kWorkerBusy,      // for a worker that has other jobs, or must end before another may start
    kStartFailed,     // the last start of a worker has failed, the next one comes later
    kBroken,          // no worker is started before somebody repairs the context
    kRetryBackoff,    // the next attempt comes later
    kShuttingDown,    // the master is stopping: the next one takes it up
  };
  Reason reason = Reason::kWorkerStarting;
  std::string text;        // for people
  std::int64_t ahead = 0;  // jobs of its context that come first
  WallTime since;          // when it was accepted
};

// What is alive, at one moment.
struct BrokerView {
  struct Load {
    std::int64_t queued = 0;   // also those that wait for their next attempt
    std::int64_t running = 0;  // have a worker

    bool operator==(const Load&) const = default;
  };
  enum class WorkerState { kStarting, kIdle, kBusy, kStopping };
  struct Worker {
    WorkerId id;
    ContextName context;
    WorkerState state = WorkerState::kStarting;
    WallTime since;  // when it was started, became ready, or began to stop
    std::vector<JobId> jobs;
  };
  std::map<ContextName, Load> contexts;  // those with jobs or workers
  std::map<FunctionName, Load> functions;
  std::vector<Worker> workers;  // in order of their ids
};

// Null when its worker has told nothing of this attempt.
struct JobProgress {
  std::shared_ptr<const SparkProgress> progress;
};

struct WorkerStopped {};
struct NoSuchWorker {};
using AnswerBody = std::variant<JobAccepted, JobRefused, JobEnded, NoSuchJob, JobWaits, JobProgress,
                                BrokerView, WorkerStopped, NoSuchWorker>;
struct Answer {
  CallerId caller = 0;
  AnswerBody body;
};

// The worker may forget its reports up to `through`.
struct ReportsDurable {
  WorkerId worker;
  std::int64_t through = 0;
};

// Every job that ran has ended or was given up, and all of it is durable.
struct ShutdownComplete {};

using Effect = std::variant<Persist, StartWorker, SendRun, SendCancel, SendStop, KillWorker,
                            StartsFail, StartsSucceed, PublishEvent, AppendLog, TellProgress,
                            Answer, ReportsDurable, ShutdownComplete>;

}  // namespace mist
