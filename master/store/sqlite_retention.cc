#include "master/store/sqlite_retention.h"

#include <algorithm>
#include <array>
#include <utility>

#include "master/broker/job_state.h"

namespace mist {
namespace {

constexpr char kDeleteJob[] =
    "DELETE FROM job WHERE id = ?1 AND state IN ('finished', 'failed', 'cancelled')";
constexpr char kDeleteEvents[] = "DELETE FROM event_batch WHERE last_number <= ?1";
constexpr char kDeleteSchemas[] = "DELETE FROM argument_schema WHERE artifact_sha256 = ?1";

// Along job_by_state, without touching the rows.
constexpr char kEnded[] =
    "SELECT position, rowid FROM job WHERE state = ?1 AND position > ?2 ORDER BY position LIMIT ?3";
constexpr char kIdOf[] = "SELECT id FROM job WHERE rowid = ?1";
constexpr char kKeys[] =
    "SELECT id, request_key, created_ms, state FROM job WHERE request_key > ?1 "
    "ORDER BY request_key LIMIT ?2";
constexpr char kContents[] = "SELECT DISTINCT artifact_sha256 FROM job WHERE state = ?1";
constexpr char kCountEnded[] = "SELECT coalesce(sum(total), 0) FROM job_count WHERE state = ?1";
constexpr char kPages[] =
    "SELECT (page_count - freelist_count) * page_size "
    "FROM pragma_page_count, pragma_freelist_count, pragma_page_size";

constexpr std::array kEndedStates{JobState::kFinished, JobState::kFailed, JobState::kCancelled};
constexpr std::array kLiveStates{JobState::kInitialized, JobState::kQueued, JobState::kDownloading,
                                 JobState::kStarted, JobState::kCancelling};

}  // namespace

SqliteRetentionWriter::SqliteRetentionWriter(SqliteConnection& connection)
    : delete_job_(connection, kDeleteJob),
      delete_events_(connection, kDeleteEvents),
      delete_schemas_(connection, kDeleteSchemas) {}

void SqliteRetentionWriter::Apply(const DeleteJob& removal) {
  delete_job_.Execute(removal.id.value);
}

void SqliteRetentionWriter::Apply(const DeleteEvents& removal) {
  delete_events_.Execute(removal.through);
}

void SqliteRetentionWriter::Apply(const DeleteSchemas& removal) {
  delete_schemas_.Execute(removal.artifact_sha256);
}

SqliteRetentionReader::SqliteRetentionReader(SqliteConnection& connection)
    : connection_(connection),
      ended_(connection, kEnded),
      keys_(connection, kKeys),
      contents_(connection, kContents),
      count_ended_(connection, kCountEnded),
      pages_(connection, kPages) {}

EndedPage SqliteRetentionReader::EndedAfter(const std::string& through, std::size_t limit) {
  std::vector<std::pair<std::string, std::int64_t>> found;
  for (const JobState state : kEndedStates) {
    SqliteCursor rows = ended_.Select(ToString(state), through, static_cast<std::int64_t>(limit));
    while (rows.Next()) found.emplace_back(rows.Text(0), rows.Int(1));
  }
  const bool is_last = found.size() < limit;
  std::sort(found.begin(), found.end());
  if (found.size() > limit) found.resize(limit);

  EndedPage page;
  SqliteStatement id_of(connection_, kIdOf);
  for (const auto& [position, row] : found) {
    SqliteCursor id = id_of.Select(row);
    if (id.Next()) page.ids.push_back({id.Text(0)});
  }
  if (!is_last) page.through = found.back().first;
  return page;
}

std::vector<KeyedJob> SqliteRetentionReader::KeysAfter(const std::string& key, std::size_t limit) {
  std::vector<KeyedJob> found;
  SqliteCursor rows = keys_.Select(key, static_cast<std::int64_t>(limit));
  while (rows.Next()) {
    const auto state = ParseJobState(rows.Text(3));
    found.push_back({{rows.Text(0)},
                     rows.Text(1),
                     FromEpochMillis(rows.Int(2)),
                     state.has_value() && IsTerminal(*state)});
  }
  return found;
}

std::vector<std::string> SqliteRetentionReader::ContentsInUse() {
  std::vector<std::string> contents;
  for (const JobState state : kLiveStates) {
    SqliteCursor rows = contents_.Select(ToString(state));
    while (rows.Next()) contents.push_back(rows.Text(0));
  }
  return contents;
}

StoreSize SqliteRetentionReader::Size() {
  StoreSize size;
  for (const JobState state : kEndedStates) {
    SqliteCursor row = count_ended_.Select(ToString(state));
    if (row.Next()) size.ended_jobs += row.Int(0);
  }
  SqliteCursor row = pages_.Select();
  if (row.Next()) size.used_bytes = row.Int(0);
  return size;
}

}  // namespace mist
