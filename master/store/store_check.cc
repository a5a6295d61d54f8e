#include "master/store/store_check.h"

#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "master/broker/job_state.h"
#include "master/store/commit_mark.h"
#include "master/store/sqlite_catalog.h"
#include "master/store/sqlite_connection.h"
#include "master/store/sqlite_events.h"
#include "master/store/sqlite_job_reader.h"
#include "master/store/sqlite_job_writer.h"
#include "master/store/sqlite_retention.h"
#include "master/store/sqlite_schema.h"

namespace mist {
namespace {

constexpr char kRestore[] = "restore a backup";

constexpr char kIntegrity[] = "PRAGMA integrity_check(100)";
constexpr char kForeignKeys[] = "PRAGMA foreign_key_check";
constexpr char kJobs[] = "SELECT id FROM job";
constexpr char kDamagedEvents[] =
    "SELECT last_number FROM event_batch WHERE checksum IS NOT row_checksum(last_number, events)";
constexpr char kDamagedSchemas[] =
    "SELECT artifact_sha256, class_name FROM argument_schema "
    "WHERE checksum IS NOT row_checksum(artifact_sha256, class_name, schema)";
constexpr char kDamagedCursors[] =
    "SELECT sink FROM sink_cursor WHERE checksum IS NOT row_checksum(sink, through)";
constexpr char kWrongCounts[] = R"sql(
SELECT function, state FROM
  (SELECT function, state, count(*) AS total FROM job GROUP BY function, state
   UNION ALL SELECT function, state, -total FROM job_count)
 GROUP BY function, state HAVING sum(total) <> 0
)sql";

class DatabaseCheck {
 public:
  DatabaseCheck(const std::filesystem::path& file, const OnFinding& on_finding)
      : file_(file.string()),
        on_finding_(on_finding),
        connection_(file, SqliteConnection::Mode::kReadOnly) {}

  CheckedStore Run() {
    if (auto lost = FindLostCommits(file_)) Found(lost->what, lost->remedy);
    const SqliteSnapshot snapshot(connection_);
    std::optional<SchemaAge> age;  // none when the file is not ours or cannot be read
    Guarded([&] { age = CheckSchema(connection_); });
    checked_.is_older = age == SchemaAge::kOlder;
    if (age) Guarded([this] { CheckStructure(); });
    if (age != SchemaAge::kNewest) return std::move(checked_);
    checked_.rows_checked = true;
    Guarded([this] { CheckStatements(); });
    Guarded([this] { CheckJobs(); });
    Guarded([this] { CheckCounts(); });
    Guarded([this] { CheckEvents(); });
    Guarded([this] { ReadCatalog(); });
    return std::move(checked_);
  }

 private:
  void Found(std::string what, std::string remedy) {
    on_finding_({std::move(what), std::move(remedy)});
  }

  // What cannot be read does not hide the rest.
  template <typename Check>
  void Guarded(Check check) {
    try {
      check();
    } catch (const Error& error) {
      if (error.Code() == ErrorCode::kInvalidConfig) throw;
      Found(file_ + ": " + error.what(), kRestore);
    }
  }

  void CheckStructure() {
    SqliteStatement integrity(connection_, kIntegrity);
    SqliteCursor problems = integrity.Select();
    while (problems.Next()) {
      if (problems.Text(0) != "ok") Found(file_ + ": " + problems.Text(0), kRestore);
    }
    SqliteStatement foreign_keys(connection_, kForeignKeys);
    SqliteCursor rows = foreign_keys.Select();
    while (rows.Next()) {
      Found(file_ + ": a row of table " + rows.Text(0) + " refers to one that is missing",
            kRestore);
    }
  }

  // Damaged texts of tables and triggers show when a statement that uses them is prepared.
  void CheckStatements() {
    const SqliteJobWriter jobs(connection_);
    const SqliteCatalogWriter catalog(connection_);
    const SqliteEventWriter events(connection_);
    const SqliteRetentionWriter retention(connection_);
  }

  void CheckJobs() {
    SqliteJobReader reader(connection_);
    SqliteStatement statement(connection_, kJobs);
    SqliteCursor ids = statement.Select();
    std::set<std::string> contents;
    while (ids.Next()) {
      const JobId id{ids.Text(0)};
      Guarded([&] {
        const std::optional<Job> job = reader.Find(id);
        if (!job) return Found("job " + id.value + ": it is not found by its id", kRestore);
        ++checked_.jobs;
        if (IsTerminal(job->state)) return;
        ++checked_.unfinished_jobs;
        contents.insert(job->call.artifact_sha256);
      });
    }
    checked_.unfinished_contents.assign(contents.begin(), contents.end());
  }

  void CheckCounts() {
    SqliteStatement statement(connection_, kWrongCounts);
    SqliteCursor rows = statement.Select();
    while (rows.Next()) {
      Found("function " + rows.Text(0) + ": the number of its jobs in state " + rows.Text(1) +
                " is not that of the rows",
            kRestore);
    }
  }

  void CheckEvents() {
    SqliteStatement statement(connection_, kDamagedEvents);
    SqliteCursor rows = statement.Select();
    while (rows.Next()) {
      Found("the events up to number " + rows.Text(0) + ": they do not match their checksum",
            kRestore);
    }
    SqliteStatement cursors(connection_, kDamagedCursors);
    SqliteCursor sinks = cursors.Select();
    while (sinks.Next()) {
      Found("how far sink " + sinks.Text(0) + " has come: the row does not match its checksum",
            "nothing: it gets every stored event again");
    }
  }

  void ReadCatalog() {
    SqliteCatalogReader reader(connection_);
    checked_.contexts = static_cast<std::int64_t>(reader.Contexts().size());
    checked_.functions = static_cast<std::int64_t>(reader.Functions().size());
    checked_.artifacts = reader.Artifacts();
    constexpr char kDamaged[] = ": its row does not match its checksum";
    for (const std::string& name : reader.DamagedNames(NamedTable::kContexts))
      Found("context " + name + kDamaged, "save it again or restore a backup");
    for (const std::string& name : reader.DamagedNames(NamedTable::kFunctions))
      Found("function " + name + kDamaged, "save it again or restore a backup");
    for (const std::string& name : reader.DamagedNames(NamedTable::kArtifacts))
      Found("artifact " + name + kDamaged, "upload it again or restore a backup");
    for (const std::string& name : reader.DamagedNames(NamedTable::kWorkers))
      Found("worker " + name + kDamaged, "nothing: it ends when a master starts, its jobs fail");
    for (const std::string& name : reader.DamagedNames(NamedTable::kFailedStarts))
      Found("the failed worker starts of context " + name + kDamaged,
            "nothing: the next one that fails is told again");
    SqliteStatement schemas(connection_, kDamagedSchemas);
    SqliteCursor rows = schemas.Select();
    while (rows.Next()) {
      Found("the arguments of " + rows.Text(1) + " in " + rows.Text(0) + kDamaged,
            "nothing: they are read from the artifact again");
    }
  }

  const std::string file_;
  const OnFinding& on_finding_;
  SqliteConnection connection_;
  CheckedStore checked_;
};

}  // namespace

CheckedStore CheckDatabase(const std::filesystem::path& file, const OnFinding& on_finding) {
  return DatabaseCheck(file, on_finding).Run();
}

}  // namespace mist
