// The conversation between the master and one worker (a Spark driver). The prose is in docs/worker-protocol.md.
//
// The worker dials in and keeps two connections open. On the first it calls nextCommands() again and again (a long
// poll); on the second it calls report(). Both carry the session that registerWorker() handed out. A worker that loses
// a connection dials again, registers again with the same worker id and secret, and sends again every report that the
// master has not called durable. Job-related messages carry the attempt number, so that a message about an attempt that
// is over can be told from one about the current attempt.
//
// No message exceeds kMaxMessageBytes: results, arguments and artifacts travel in chunks.
//
// If you change a struct: add fields only as optional with a new number, never reuse a number, raise kProtocolVersion
// when an old peer could not cope, and update docs/worker-protocol.md.

namespace cpp mist.protocol
namespace java io.hydrosphere.mist.worker.protocol

const i32 kProtocolVersion = 1
const i32 kMaxMessageBytes = 8388608    // 8 MiB: limit of one string or binary on both sides
const i32 kChunkBytes = 1048576         // 1 MiB: size of a result, arguments or artifact chunk
const i32 kMaxStages = 50               // told of at once in SparkProgress

enum Language { JVM = 1, PYTHON = 2 }

struct Ready { 1: optional string spark_ui }

// One attempt of one job. Attempt numbers start at 1.
struct AttemptId {
  1: required string job_id
  2: required i32 attempt
}

struct Hello {
  1: required i32 protocol_version
  2: required string worker_id
  3: required string secret              // from the environment variable MIST_WORKER_SECRET
  4: required string spark_version
  5: required i64 process_id             // of the driver, as its own host numbers it
  6: required string host_name
  7: required list<AttemptId> running    // empty at the first registration
  8: required i64 next_report            // sequence number of the oldest report the worker still keeps
  9: optional i64 last_report            // of the newest one, looked at after `running`
  10: optional Ready ready               // absent until the Spark context is up
  11: optional list<i64> running_ms      // how long each of `running` has been here, whatever the clocks say
}

struct Welcome {
  1: required string session             // goes into every later call
  2: required i64 received_through       // reports up to here have arrived; the worker continues after it
  3: required string context
  4: required i32 jobs_per_worker        // how many jobs the master will have this worker run at once
  5: required i64 max_artifact_bytes
  6: required i64 max_result_bytes
  7: required i32 poll_ms                // the worker's wait in nextCommands
  8: required i32 lease_ms               // without any call for so long the worker counts as lost
  9: required i64 streaming_duration_ms  // batch interval of streaming functions
  10: required i32 max_log_line_bytes    // a longer line is cut and marked
}

struct Artifact {
  1: required string name                // the artifact's key, such as f_0.0.1.jar; its extension selects the runner
  2: required string sha1                // 40 lower-case hex digits
  3: required string sha256              // 64 lower-case hex digits: identity of the contents, uuid of the class loader
  4: required i64 bytes
}

struct RunJob {
  1: required AttemptId id
  2: required string function_name
  3: required Artifact artifact
  4: required string class_name          // JVM class, or Python attribute / module.attribute
  5: required Language language
  6: required i64 arguments_bytes
  7: optional binary arguments           // UTF-8 JSON object; absent when it is longer than kChunkBytes: readArguments()
}

struct CancelJob {
  1: required AttemptId id
  2: required string reason
}

// The worker lets the jobs that it runs end (the master sends CancelJob for those it wants gone), closes its
// SparkContext and exits with code 0.
struct Stop {
  1: required string reason
}

union Command {
  1: RunJob run
  2: CancelJob cancel
  3: Stop stop
}

// Commands are numbered from 1 without gaps within a session.
struct Commands {
  1: required list<Command> commands
  2: required i64 last_command           // number of the last one in the list; the number confirmed when it is empty
  3: required i64 durable_through        // the worker may forget its reports up to here
}

enum LogLevel { DEBUG = 1, INFO = 2, WARN = 3, ERROR = 4 }

struct LogLine {
  1: required i64 time_ms                // since the epoch
  2: required LogLevel level
  3: required string message
  4: optional string stack_trace
}

struct StartFailed { 1: required string message }
struct Downloading { 1: required AttemptId id, 2: required i64 time_ms }
struct Started { 1: required AttemptId id, 2: required i64 time_ms }
struct LogLines { 1: required AttemptId id, 2: required list<LogLine> lines, 3: required i64 dropped }
struct ResultChunk { 1: required AttemptId id, 2: required binary bytes }
// The result is the concatenation of the attempt's chunks: UTF-8 JSON text, of any JSON type.
struct Finished { 1: required AttemptId id, 2: required i64 time_ms }
struct Failed { 1: required AttemptId id, 2: required i64 time_ms, 3: required string error }
// The function ended because of a CancelJob.
struct Cancelled { 1: required AttemptId id, 2: required i64 time_ms }

enum StageState { WAITING = 1, RUNNING = 2, COMPLETED = 3, FAILED = 4 }

struct SparkStage {
  1: required i32 id
  2: required i32 attempt                // from 0, as Spark counts
  3: required string name                // such as "count at Main.scala:12"
  4: required StageState state
  5: required i32 tasks
  6: required i32 running_tasks
  7: required i32 completed_tasks
  8: required i32 failed_tasks
  9: optional i64 begin_ms               // since the epoch
  10: optional i64 end_ms
}

// How far the Spark work of a running attempt is, counted since the attempt began. Takes the place of the one before.
struct SparkProgress {
  1: required AttemptId id
  2: required i64 time_ms
  3: required i64 running_jobs           // of Spark: what an action of the function makes
  4: required i64 completed_jobs
  5: required i64 failed_jobs
  6: required i64 waiting_stages
  7: required i64 running_stages
  8: required i64 completed_stages
  9: required i64 failed_stages
  10: required i64 skipped_stages        // their output was there already
  11: required i64 tasks                 // of the stages that are known so far
  12: required i64 running_tasks
  13: required i64 completed_tasks
  14: required i64 failed_tasks
  15: required list<SparkStage> stages   // those that run, those that wait, the newest that have ended: at most kMaxStages
}

// The worker's last report: it is about to exit with code 0.
struct Stopping { 1: required string reason }

union ReportBody {
  1: Ready ready
  2: StartFailed start_failed
  3: Downloading downloading
  4: Started started
  5: LogLines log_lines
  6: ResultChunk result_chunk
  7: Finished finished
  8: Failed failed
  9: Cancelled cancelled
  10: Stopping stopping
  11: SparkProgress spark_progress
}

// Reports are numbered from 1 without gaps over the life of the worker. The master ignores a number it has seen.
struct Report {
  1: required i64 number
  2: required ReportBody body
}

struct ReportReply {
  1: required i64 durable_through        // the worker may forget its reports up to here
}

enum RefusalCode {
  UNKNOWN_WORKER = 1     // never started by this master, or already given up: the worker ends itself
  WRONG_SECRET = 2       // the worker ends itself
  WRONG_VERSION = 3      // the worker ends itself
  STALE_SESSION = 4      // register again
  NO_SUCH_ATTEMPT = 5    // the attempt is over: the worker drops what it has of it
  NO_SUCH_ARTIFACT = 6   // the job fails with this message
  BAD_REQUEST = 7        // a bug of the worker
}

exception Refused {
  1: required RefusalCode code
  2: required string message
}

service WorkerMaster {
  Welcome registerWorker(1: Hello hello) throws (1: Refused refused)

  // Returns as soon as there is a command, or after wait_ms with an empty list.
  // One call at a time for a session: a second one ends the first with an empty list. Commands after confirmed_through
  // (0 at first, then the last_command of the reply before) are handed out until they are confirmed. A new
  // registration begins a new session with the commands that were not confirmed in the old one; commands name their
  // attempt, so the worker ignores those that it knows.
  Commands nextCommands(1: string session, 2: i64 confirmed_through, 3: i32 wait_ms) throws (1: Refused refused)

  // Takes reports with consecutive numbers; an empty list is a heartbeat. The call returns once the master has taken
  // charge of the batch, which slows a worker that logs faster than the master can write.
  ReportReply report(1: string session, 2: list<Report> reports) throws (1: Refused refused)

  // Up to max_bytes (at most kChunkBytes) from offset; empty at the end.
  binary readArtifact(1: string session, 2: string sha256, 3: i64 offset, 4: i32 max_bytes) throws (1: Refused refused)
  binary readArguments(1: string session, 2: AttemptId id, 3: i64 offset, 4: i32 max_bytes) throws (1: Refused refused)
}
