#include "master/store/sqlite_job_writer.h"

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "master/broker/job_state.h"
#include "master/store/stored_course.h"
#include "master/store/stored_json.h"

namespace mist {
namespace {

constexpr char kInsertJob[] = R"sql(
INSERT INTO job (id, function, artifact_name, artifact_sha1, artifact_sha256, artifact_bytes, class_name, language,
                 context, arguments, external_id, source, start_timeout_ns, perform_timeout_ns, priority, created_ms,
                 state, attempt, worker, started_ms, ended_ms, result, request_key, reply_topic, retry,
                 call_checksum, progress_checksum)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
        ?23, ?24, ?25,
        CASE WHEN ?25 IS NOT NULL
             THEN row_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?23, ?24, ?25)
             WHEN coalesce(?23, ?24) IS NULL
             THEN row_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             ELSE row_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?23, ?24) END,
        row_checksum(?1, ?17, ?18, ?19, ?20, ?21, ?22))
)sql";

constexpr char kMoveJob[] = R"sql(
UPDATE job
   SET state = ?3, attempt = ?4, worker = coalesce(?5, worker), started_ms = coalesce(?6, started_ms),
       ended_ms = coalesce(?7, ended_ms), result = coalesce(?8, result), course = coalesce(course, '') || ?9,
       progress_checksum = row_checksum(id, ?3, ?4, coalesce(?5, worker), coalesce(?6, started_ms),
                                        coalesce(?7, ended_ms), coalesce(?8, result))
 WHERE id = ?1 AND state = ?2
)sql";

constexpr char kAssignWorker[] = R"sql(
UPDATE job
   SET attempt = ?3, worker = ?4, course = coalesce(course, '') || ?5,
       progress_checksum = row_checksum(id, state, ?3, ?4, started_ms, ended_ms, result)
 WHERE id = ?1 AND state = ?2
)sql";

constexpr char kRequeueJob[] = R"sql(
UPDATE job
   SET state = 'queued', worker = NULL, started_ms = NULL, course = coalesce(course, '') || ?3,
       progress_checksum = row_checksum(id, 'queued', attempt, NULL, NULL, ended_ms, result)
 WHERE id = ?1 AND state = ?2
)sql";

constexpr char kForgetKey[] = R"sql(
UPDATE job
   SET request_key = NULL,
       call_checksum =
         CASE WHEN retry IS NOT NULL
              THEN row_checksum(id, function, artifact_name, artifact_sha1, artifact_sha256, artifact_bytes, class_name,
                                language, context, arguments, external_id, source, start_timeout_ns,
                                perform_timeout_ns, priority, created_ms, NULL, reply_topic, retry)
              WHEN reply_topic IS NULL
              THEN row_checksum(id, function, artifact_name, artifact_sha1, artifact_sha256, artifact_bytes, class_name,
                                language, context, arguments, external_id, source, start_timeout_ns,
                                perform_timeout_ns, priority, created_ms)
              ELSE row_checksum(id, function, artifact_name, artifact_sha1, artifact_sha256, artifact_bytes, class_name,
                                language, context, arguments, external_id, source, start_timeout_ns,
                                perform_timeout_ns, priority, created_ms, NULL, reply_topic) END
 WHERE id = ?1
)sql";

std::optional<std::int64_t> ToMillis(const std::optional<WallTime>& time) {
  if (!time) return std::nullopt;
  return ToEpochMillis(*time);
}

std::optional<std::int64_t> ToNanoseconds(const Timeout& timeout) {
  if (!timeout) return std::nullopt;
  return timeout->count();
}

std::optional<std::string_view> TextOf(const std::optional<WorkerId>& id) {
  if (!id) return std::nullopt;
  return id->value;
}

std::optional<std::string_view> TextOf(const std::optional<JsonText>& json) {
  if (!json) return std::nullopt;
  return json->value;
}

[[noreturn]] void ThrowDisagreement(const JobId& id, JobState expected) {
  throw Error(ErrorCode::kInternal, "store: job " + id.value + " is not in state " +
                                        std::string(ToString(expected)) +
                                        ": broker and store disagree");
}

}  // namespace

SqliteJobWriter::SqliteJobWriter(SqliteConnection& connection)
    : insert_(connection, kInsertJob),
      move_(connection, kMoveJob),
      assign_(connection, kAssignWorker),
      requeue_(connection, kRequeueJob),
      forget_key_(connection, kForgetKey) {}

void SqliteJobWriter::Apply(const InsertJob& insert) {
  const Job& job = *insert.job;
  const FunctionCall& call = job.call;
  insert_.Execute(job.id.value, call.function.value, call.artifact_name, call.artifact_sha1,
                  call.artifact_sha256, call.artifact_bytes, call.class_name,
                  ToStoredText(call.language), job.context.value, job.arguments.value,
                  job.external_id, ToString(job.source), ToNanoseconds(job.start_timeout),
                  ToNanoseconds(job.perform_timeout), std::int64_t{job.priority},
                  ToEpochMillis(job.created), ToString(job.state), std::int64_t{job.attempt},
                  TextOf(job.worker), ToMillis(job.started), ToMillis(job.ended),
                  TextOf(job.result), job.request_key, job.reply_topic, ToStoredJson(job.retry));
}

void SqliteJobWriter::Apply(const MoveJob& move) {
  const std::int64_t changed =
      move_.Execute(move.id.value, ToString(move.from), ToString(move.to),
                    std::int64_t{move.attempt}, TextOf(move.worker), ToMillis(move.started),
                    ToMillis(move.ended), TextOf(move.result), ToStoredLine(StepOf(move)));
  if (changed != 1) ThrowDisagreement(move.id, move.from);
}

void SqliteJobWriter::Apply(const AssignWorker& assignment) {
  const std::int64_t changed = assign_.Execute(
      assignment.id.value, ToString(assignment.state), std::int64_t{assignment.attempt},
      assignment.worker.value, ToStoredLine(StepOf(assignment)));
  if (changed != 1) ThrowDisagreement(assignment.id, assignment.state);
}

void SqliteJobWriter::Apply(const RequeueJob& requeue) {
  const std::int64_t changed =
      requeue_.Execute(requeue.id.value, ToString(requeue.from), ToStoredLine(StepOf(requeue)));
  if (changed != 1) ThrowDisagreement(requeue.id, requeue.from);
}

void SqliteJobWriter::Apply(const ForgetRequestKey& forget) {
  forget_key_.Execute(forget.id.value);
}

}  // namespace mist
