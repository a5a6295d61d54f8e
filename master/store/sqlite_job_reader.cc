#include "master/store/sqlite_job_reader.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "master/broker/job_state.h"
#include "master/store/stored_json.h"

namespace mist {
namespace {

constexpr char kFindJob[] = R"sql(
SELECT id, function, artifact_name, artifact_sha1, artifact_sha256, artifact_bytes, class_name, language,
       context, arguments, external_id, source, start_timeout_ns, perform_timeout_ns, priority, created_ms,
       state, attempt, worker, started_ms, ended_ms, result,
       call_checksum = row_checksum(id, function, artifact_name, artifact_sha1, artifact_sha256, artifact_bytes,
                                    class_name, language, context, arguments, external_id, source, start_timeout_ns,
                                    perform_timeout_ns, priority, created_ms)
       AND progress_checksum = row_checksum(id, state, attempt, worker, started_ms, ended_ms, result)
  FROM job WHERE id = ?1
)sql";

// Newest first, each along an index, ids only: ?1 is the id to stay below.
constexpr char kAllIds[] = "SELECT id FROM job WHERE id < ?1 ORDER BY id DESC";
constexpr char kIdsInState[] = "SELECT id FROM job WHERE id < ?1 AND state = ?2 ORDER BY id DESC";
constexpr char kIdsByFunction[] =
    "SELECT id FROM job WHERE id < ?1 AND state = ?2 AND function = ?3 ORDER BY id DESC";
constexpr char kIdsByWorker[] =
    "SELECT id FROM job WHERE id < ?1 AND state = ?2 AND worker = ?3 "
    "AND (?4 IS NULL OR function = ?4) ORDER BY id DESC";

constexpr char kCount[] = "SELECT coalesce(sum(total), 0) FROM job_count WHERE state = ?1";
constexpr char kCountByFunction[] =
    "SELECT coalesce(sum(total), 0) FROM job_count WHERE state = ?1 AND function = ?2";
constexpr char kCountByWorker[] =
    "SELECT count(*) FROM job WHERE state = ?1 AND worker = ?2 AND (?3 IS NULL OR function = ?3)";

// Greater than every id: ids are made of hex digits and dashes.
constexpr std::string_view kAboveEveryId = "~";

constexpr std::array kAllStates{
    JobState::kInitialized, JobState::kQueued,   JobState::kDownloading, JobState::kStarted,
    JobState::kCancelling,  JobState::kFinished, JobState::kFailed,      JobState::kCancelled};

std::optional<WallTime> ToWallTime(std::optional<std::int64_t> millis) {
  if (!millis) return std::nullopt;
  return FromEpochMillis(*millis);
}

Timeout ToTimeout(std::optional<std::int64_t> nanoseconds) {
  if (!nanoseconds) return std::nullopt;
  return std::chrono::nanoseconds(*nanoseconds);
}

[[noreturn]] void ThrowDamaged(const JobId& id) {
  throw Error(ErrorCode::kCorrupt, "store: the row of job " + id.value +
                                       " does not match its checksum; restore a backup");
}

// The columns of kFindJob from the first on.
Job ReadJob(const SqliteCursor& row) {
  int column = 0;
  Job job;
  job.id.value = row.Text(column++);
  job.call.function.value = row.Text(column++);
  job.call.artifact_name = row.Text(column++);
  job.call.artifact_sha1 = row.Text(column++);
  job.call.artifact_sha256 = row.Text(column++);
  job.call.artifact_bytes = row.Int(column++);
  job.call.class_name = row.Text(column++);
  job.call.language = ParseStoredLanguage(row.Text(column++));
  job.context.value = row.Text(column++);
  job.arguments.value = row.Text(column++);
  job.external_id = row.OptionalText(column++);
  const std::optional<Trigger> source = ParseTrigger(row.Text(column++));
  job.start_timeout = ToTimeout(row.OptionalInt(column++));
  job.perform_timeout = ToTimeout(row.OptionalInt(column++));
  job.priority = static_cast<std::int32_t>(row.Int(column++));
  job.created = FromEpochMillis(row.Int(column++));
  const std::optional<JobState> state = ParseJobState(row.Text(column++));
  job.attempt = static_cast<std::int32_t>(row.Int(column++));
  if (auto worker = row.OptionalText(column++)) job.worker = WorkerId{std::move(*worker)};
  job.started = ToWallTime(row.OptionalInt(column++));
  job.ended = ToWallTime(row.OptionalInt(column++));
  if (auto result = row.OptionalText(column++)) job.result = JsonText{std::move(*result)};
  const bool intact = row.Int(column) == 1;
  if (!intact || !source || !state) ThrowDamaged(job.id);
  job.source = *source;
  job.state = *state;
  return job;
}

// Jobs of one state along an index, newest first. A page is merged from several of them: no
// sorting, however many rows match.
class IdStream {
 public:
  template <typename... Values>
  IdStream(SqliteConnection& connection, const char* sql, const Values&... values)
      : statement_(connection, sql), cursor_(statement_.Select(values...)) {
    Advance();
  }

  const std::string& Id() const { return id_; }  // empty after the last one
  void Advance() { id_ = cursor_.Next() ? cursor_.Text(0) : std::string(); }

 private:
  SqliteStatement statement_;
  SqliteCursor cursor_;
  std::string id_;
};

using IdStreams = std::vector<std::unique_ptr<IdStream>>;

std::vector<JobState> StatesOf(const JobQuery& query) {
  if (query.states.empty()) return {kAllStates.begin(), kAllStates.end()};
  std::vector<JobState> states = query.states;
  std::sort(states.begin(), states.end());
  states.erase(std::unique(states.begin(), states.end()), states.end());
  return states;
}

std::optional<std::string_view> FunctionOf(const JobQuery& query) {
  if (!query.function) return std::nullopt;
  return query.function->value;
}

std::unique_ptr<IdStream> OpenStream(SqliteConnection& connection, const JobQuery& query,
                                     std::string_view below, JobState state) {
  const std::string_view name = ToString(state);
  if (query.worker) {
    return std::make_unique<IdStream>(connection, kIdsByWorker, below, name, query.worker->value,
                                      FunctionOf(query));
  }
  if (query.function) {
    return std::make_unique<IdStream>(connection, kIdsByFunction, below, name,
                                      query.function->value);
  }
  return std::make_unique<IdStream>(connection, kIdsInState, below, name);
}

IdStreams OpenStreams(SqliteConnection& connection, const JobQuery& query) {
  const std::string_view below = query.before ? query.before->value : kAboveEveryId;
  IdStreams streams;
  if (query.states.empty() && !query.function && !query.worker) {
    streams.push_back(std::make_unique<IdStream>(connection, kAllIds, below));
    return streams;
  }
  for (const JobState state : StatesOf(query)) {
    streams.push_back(OpenStream(connection, query, below, state));
  }
  return streams;
}

std::vector<JobId> ReadIds(const IdStreams& streams, const JobQuery& query) {
  const auto is_older = [](const auto& a, const auto& b) { return a->Id() < b->Id(); };
  std::vector<JobId> ids;
  for (std::int64_t position = 0; position < query.offset + query.limit; ++position) {
    IdStream& newest = **std::max_element(streams.begin(), streams.end(), is_older);
    if (newest.Id().empty()) break;
    if (position >= query.offset) ids.push_back({newest.Id()});
    newest.Advance();
  }
  return ids;
}

}  // namespace

SqliteJobReader::SqliteJobReader(SqliteConnection& connection)
    : connection_(connection),
      find_(connection, kFindJob),
      ids_in_state_(connection, kIdsInState),
      count_(connection, kCount),
      count_by_function_(connection, kCountByFunction),
      count_by_worker_(connection, kCountByWorker) {}

std::optional<Job> SqliteJobReader::Find(const JobId& id) {
  SqliteCursor row = find_.Select(id.value);
  if (!row.Next()) return std::nullopt;
  return ReadJob(row);
}

JobPage SqliteJobReader::List(const JobQuery& query) {
  const SqliteSnapshot snapshot(connection_);  // the rows and the total are of one moment
  JobPage page;
  page.jobs = FindIntact(ReadIds(OpenStreams(connection_, query), query));
  page.total = Total(query);
  return page;
}

std::vector<Job> SqliteJobReader::Unfinished() {
  const SqliteSnapshot snapshot(connection_);
  std::vector<JobId> ids;
  for (const JobState state : kAllStates) {
    if (IsTerminal(state)) continue;
    SqliteCursor rows = ids_in_state_.Select(kAboveEveryId, ToString(state));
    while (rows.Next()) ids.push_back({rows.Text(0)});
  }
  std::sort(ids.begin(), ids.end());
  return FindIntact(ids);
}

std::vector<Job> SqliteJobReader::FindIntact(const std::vector<JobId>& ids) {
  std::vector<Job> jobs;
  jobs.reserve(ids.size());
  for (const JobId& id : ids) {
    try {
      if (auto job = Find(id)) jobs.push_back(std::move(*job));
    } catch (const Error& error) {
      if (error.Code() != ErrorCode::kCorrupt) throw;
      log::Error("job_row_damaged", {{"job", id.value}, {"reason", error.what()}});
    }
  }
  return jobs;
}

std::int64_t SqliteJobReader::Total(const JobQuery& query) {
  std::int64_t total = 0;
  for (const JobState state : StatesOf(query)) total += CountIn(state, query);
  return total;
}

std::int64_t SqliteJobReader::CountIn(JobState state, const JobQuery& query) {
  const std::string_view name = ToString(state);
  const auto read = [](SqliteCursor row) { return row.Next() ? row.Int(0) : 0; };
  if (query.worker) {
    return read(count_by_worker_.Select(name, query.worker->value, FunctionOf(query)));
  }
  if (query.function) return read(count_by_function_.Select(name, query.function->value));
  return read(count_.Select(name));
}

}  // namespace mist
