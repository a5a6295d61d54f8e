#include "master/store/sqlite_job_reader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/log.h"
#include "base/text_search.h"
#include "master/broker/job_state.h"
#include "master/store/job_matcher.h"
#include "master/store/stored_course.h"
#include "master/store/stored_json.h"

namespace mist {
namespace {

constexpr char kFindRow[] = "SELECT rowid FROM job WHERE id = ?1";
constexpr char kFindRowByKey[] = "SELECT rowid FROM job WHERE request_key = ?1";

constexpr char kReadJob[] = R"sql(
SELECT id, function, artifact_name, artifact_sha1, artifact_sha256, artifact_bytes, class_name, language,
       context, arguments, external_id, source, start_timeout_ns, perform_timeout_ns, priority, created_ms,
       state, attempt, worker, started_ms, ended_ms, result, request_key, reply_topic, retry,
       call_checksum =
         CASE WHEN retry IS NOT NULL
              THEN row_checksum(id, function, artifact_name, artifact_sha1, artifact_sha256, artifact_bytes, class_name,
                                language, context, arguments, external_id, source, start_timeout_ns,
                                perform_timeout_ns, priority, created_ms, request_key, reply_topic, retry)
              WHEN coalesce(request_key, reply_topic) IS NULL
              THEN row_checksum(id, function, artifact_name, artifact_sha1, artifact_sha256, artifact_bytes, class_name,
                                language, context, arguments, external_id, source, start_timeout_ns,
                                perform_timeout_ns, priority, created_ms)
              ELSE row_checksum(id, function, artifact_name, artifact_sha1, artifact_sha256, artifact_bytes, class_name,
                                language, context, arguments, external_id, source, start_timeout_ns,
                                perform_timeout_ns, priority, created_ms, request_key, reply_topic) END
       AND progress_checksum = row_checksum(id, state, attempt, worker, started_ms, ended_ms, result)
  FROM job WHERE rowid = ?1
)sql";

// The position of a job. A job that is not there has one if its id is one of ours; before any other
// id there is nothing.
constexpr char kFindPosition[] = R"sql(
SELECT coalesce((SELECT position FROM job WHERE id = ?1),
                CASE WHEN substr(?1, 15, 1) = '7' THEN ?1 ELSE '' END)
)sql";

// Newest first, each along an index, without touching the rows: ?1 is the position to stay below.
constexpr char kRowsInState[] =
    "SELECT position, rowid FROM job WHERE position < ?1 AND state = ?2 ORDER BY position DESC";
constexpr char kRowsByFunction[] =
    "SELECT position, rowid FROM job WHERE position < ?1 AND state = ?2 AND function = ?3 "
    "ORDER BY position DESC";
constexpr char kRowsByWorker[] =
    "SELECT position, rowid FROM job WHERE position < ?1 AND state = ?2 AND worker = ?3 "
    "AND (?4 IS NULL OR function = ?4) ORDER BY position DESC";

constexpr char kCount[] = "SELECT coalesce(sum(total), 0) FROM job_count WHERE state = ?1";
constexpr char kCountByFunction[] =
    "SELECT coalesce(sum(total), 0) FROM job_count WHERE state = ?1 AND function = ?2";
constexpr char kCountByWorker[] =
    "SELECT count(*) FROM job WHERE state = ?1 AND worker = ?2 AND (?3 IS NULL OR function = ?3)";

constexpr char kCourse[] = "SELECT course FROM job WHERE rowid = ?1";

// What a filter is compared with.
constexpr char kFacts[] =
    "SELECT function, context, worker, source, created_ms FROM job WHERE rowid = ?1";
constexpr char kTexts[] = R"sql(
SELECT id, coalesce(external_id, ''), arguments, CASE WHEN state = 'failed' THEN coalesce(result, '') ELSE '' END
  FROM job WHERE rowid = ?1
)sql";
constexpr char kIdAndTime[] = "SELECT id, created_ms FROM job WHERE rowid = ?1";

// What one search looks at: a tenth of a second at most.
constexpr int kMaxSearchedJobs = 20'000;
constexpr std::size_t kMaxSearchedBytes = 64 << 20;
// Ids never go back, so they run ahead of a clock that was set back: for so long they are found.
constexpr std::chrono::minutes kClockSlack{10};

// Greater than every position: those begin with hex digits.
constexpr std::string_view kAboveEveryPosition = "~";

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

// The columns of kReadJob from the first on.
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
  job.request_key = row.OptionalText(column++);
  job.reply_topic = row.OptionalText(column++);
  const auto retry = row.OptionalText(column++);
  const bool intact = row.Int(column) == 1;
  if (!intact || !source || !state) ThrowDamaged(job.id);
  job.retry = ParseStoredRetry(retry);
  job.source = *source;
  job.state = *state;
  return job;
}

// Jobs of one state along an index, newest first. A page is merged from several of them: no
// sorting, however many rows match.
class RowStream {
 public:
  template <typename... Values>
  RowStream(SqliteConnection& connection, const char* sql, const Values&... values)
      : statement_(connection, sql), cursor_(statement_.Select(values...)) {
    Advance();
  }

  const std::string& Position() const { return position_; }  // empty after the last one
  std::int64_t Row() const { return cursor_.Int(1); }
  void Advance() { position_ = cursor_.Next() ? cursor_.Text(0) : std::string(); }

 private:
  SqliteStatement statement_;
  SqliteCursor cursor_;
  std::string position_;
};

using RowStreams = std::vector<std::unique_ptr<RowStream>>;

// Below the positions of all jobs that were created at this time or later.
std::string PositionAt(WallTime time) {
  const std::int64_t millis = std::max<std::int64_t>(ToEpochMillis(time), 0);
  return fmt::format("{:08x}-{:04x}", millis >> 16, millis & 0xffff);
}

// A name that is meant alone can be found along an index.
template <typename Name>
void NarrowTo(const std::vector<std::string>& patterns, std::optional<Name>& name) {
  if (!name && patterns.size() == 1 && !IsGlob(patterns.front())) name = Name{patterns.front()};
}

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

std::unique_ptr<RowStream> OpenStream(SqliteConnection& connection, const JobQuery& query,
                                      std::string_view below, JobState state) {
  const std::string_view name = ToString(state);
  if (query.worker) {
    return std::make_unique<RowStream>(connection, kRowsByWorker, below, name, query.worker->value,
                                       FunctionOf(query));
  }
  if (query.function) {
    return std::make_unique<RowStream>(connection, kRowsByFunction, below, name,
                                       query.function->value);
  }
  return std::make_unique<RowStream>(connection, kRowsInState, below, name);
}

RowStreams OpenStreams(SqliteConnection& connection, const JobQuery& query,
                       std::string_view below) {
  RowStreams streams;
  for (const JobState state : StatesOf(query)) {
    streams.push_back(OpenStream(connection, query, below, state));
  }
  return streams;
}

// The one whose next job is the newest; at its end when all are.
RowStream& NewestOf(const RowStreams& streams) {
  const auto is_older = [](const auto& a, const auto& b) { return a->Position() < b->Position(); };
  return **std::max_element(streams.begin(), streams.end(), is_older);
}

std::vector<std::int64_t> ReadRows(const RowStreams& streams, const JobQuery& query) {
  std::vector<std::int64_t> rows;
  for (std::int64_t position = 0; position < query.offset + query.limit; ++position) {
    RowStream& newest = NewestOf(streams);
    if (newest.Position().empty()) break;
    if (position >= query.offset) rows.push_back(newest.Row());
    newest.Advance();
  }
  return rows;
}

}  // namespace

SqliteJobReader::SqliteJobReader(SqliteConnection& connection)
    : connection_(connection),
      find_row_(connection, kFindRow),
      find_row_by_key_(connection, kFindRowByKey),
      find_position_(connection, kFindPosition),
      read_(connection, kReadJob),
      course_(connection, kCourse),
      facts_(connection, kFacts),
      texts_(connection, kTexts),
      id_and_time_(connection, kIdAndTime),
      rows_in_state_(connection, kRowsInState),
      count_(connection, kCount),
      count_by_function_(connection, kCountByFunction),
      count_by_worker_(connection, kCountByWorker) {}

std::optional<Job> SqliteJobReader::Find(const JobId& id) {
  SqliteCursor found = find_row_.Select(id.value);  // open meanwhile: both reads are of one moment
  if (!found.Next()) return std::nullopt;
  return Read(found.Int(0));
}

std::optional<Job> SqliteJobReader::FindByKey(const std::string& request_key) {
  SqliteCursor found = find_row_by_key_.Select(request_key);
  if (!found.Next()) return std::nullopt;
  return Read(found.Int(0));
}

JobPage SqliteJobReader::List(const JobQuery& query) {
  const SqliteSnapshot snapshot(connection_);  // the rows and the total are of one moment
  if (!query.filter.IsEmpty()) return Search(query);
  JobPage page;
  page.jobs = ReadIntact(ReadRows(OpenStreams(connection_, query, PositionBelow(query)), query));
  page.total = Total(query);
  return page;
}

JobPage SqliteJobReader::Search(JobQuery query) {
  const JobFilter& filter = query.filter;
  NarrowTo(filter.functions, query.function);
  NarrowTo(filter.workers, query.worker);
  std::string below = PositionBelow(query);
  if (filter.until) below = std::min(below, PositionAt(*filter.until + kClockSlack));
  const std::string from = filter.since ? PositionAt(*filter.since) : "";
  const RowStreams streams = OpenStreams(connection_, query, below);
  const JobMatcher matcher(filter);

  std::vector<std::int64_t> rows;
  std::optional<std::int64_t> last;
  std::size_t bytes = 0;
  std::int64_t place = 0;
  bool more = false;
  for (int looked = 0;; ++looked) {
    RowStream& newest = NewestOf(streams);
    if (newest.Position().empty() || newest.Position() < from) break;
    more =
        std::ssize(rows) == query.limit || looked == kMaxSearchedJobs || bytes > kMaxSearchedBytes;
    if (more) break;
    last = newest.Row();
    if (Fits(matcher, *last, bytes) && place++ >= query.offset) rows.push_back(*last);
    newest.Advance();
  }

  JobPage page{.jobs = ReadIntact(rows)};
  if (more && last) {
    SqliteCursor cursor = id_and_time_.Select(*last);
    if (cursor.Next()) {
      page.next = JobId{cursor.Text(0)};
      page.scanned_to = FromEpochMillis(cursor.Int(1));
    }
  }
  return page;
}

bool SqliteJobReader::Fits(const JobMatcher& matcher, std::int64_t row, std::size_t& bytes) {
  {
    SqliteCursor facts = facts_.Select(row);
    if (!facts.Next()) return false;
    const std::optional<std::string> worker = facts.OptionalText(2);
    const std::optional<Trigger> source = ParseTrigger(facts.Text(3));
    if (!source || !matcher.FitsFacts(facts.Text(0), facts.Text(1), worker, *source,
                                      FromEpochMillis(facts.Int(4))))
      return false;
  }
  if (!matcher.WantsText()) return true;
  SqliteCursor texts = texts_.Select(row);
  if (!texts.Next()) return false;
  for (int column = 0; column < 4; ++column) {
    const std::string text = texts.Text(column);
    bytes += text.size();
    if (matcher.FitsText(text)) return true;
  }
  return false;
}

std::vector<JobStep> SqliteJobReader::Course(const JobId& id) {
  SqliteCursor found = find_row_.Select(id.value);
  if (!found.Next()) return {};
  const std::optional<Job> job = Read(found.Int(0));
  SqliteCursor course = course_.Select(found.Int(0));
  if (!job || !course.Next()) return {};
  return CourseOf(*job, ParseStoredCourse(course.OptionalText(0).value_or("")));
}

std::vector<Job> SqliteJobReader::Unfinished() {
  const SqliteSnapshot snapshot(connection_);
  std::vector<std::pair<std::string, std::int64_t>> by_position;
  for (const JobState state : kAllStates) {
    if (IsTerminal(state)) continue;
    SqliteCursor rows = rows_in_state_.Select(kAboveEveryPosition, ToString(state));
    while (rows.Next()) by_position.emplace_back(rows.Text(0), rows.Int(1));
  }
  std::sort(by_position.begin(), by_position.end());
  std::vector<std::int64_t> rows;
  rows.reserve(by_position.size());
  for (const auto& [position, row] : by_position) rows.push_back(row);
  return ReadIntact(rows);
}

std::string SqliteJobReader::PositionBelow(const JobQuery& query) {
  if (!query.before) return std::string(kAboveEveryPosition);
  SqliteCursor found = find_position_.Select(query.before->value);
  return found.Next() ? found.Text(0) : std::string();
}

std::optional<Job> SqliteJobReader::Read(std::int64_t row) {
  SqliteCursor cursor = read_.Select(row);
  if (!cursor.Next()) return std::nullopt;
  return ReadJob(cursor);
}

std::vector<Job> SqliteJobReader::ReadIntact(const std::vector<std::int64_t>& rows) {
  std::vector<Job> jobs;
  jobs.reserve(rows.size());
  for (const std::int64_t row : rows) {
    try {
      if (auto job = Read(row)) jobs.push_back(std::move(*job));
    } catch (const Error& error) {
      if (error.Code() != ErrorCode::kCorrupt) throw;
      log::Error("job_row_damaged", {{"reason", error.what()}});
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
