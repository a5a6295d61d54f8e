#include "master/store/sqlite_schema.h"

#include <array>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "base/test_points.h"

namespace mist {
namespace {

// "Mist" in ASCII: tells our files from those of other programs.
constexpr char kGetApplicationId[] = "PRAGMA application_id";
constexpr std::int64_t kApplicationId = 0x4d697374;

constexpr char kMakeOurs[] =
    "BEGIN IMMEDIATE; PRAGMA application_id = 0x4d697374; "
    "CREATE TABLE schema_version (version INTEGER NOT NULL); COMMIT";
constexpr char kCountTables[] = "SELECT count(*) FROM sqlite_schema";
constexpr char kGetVersion[] = "SELECT coalesce(max(version), 0) FROM schema_version";
constexpr char kAddVersion[] = "INSERT INTO schema_version (version) VALUES (?1)";

// Our own ids are time-ordered, so every index below grows at its end. job_count is what makes the
// total of a list cheap; the triggers keep it true in whatever way job changes. call_checksum
// covers what never changes, progress_checksum the rest.
constexpr char kVersion1[] = R"sql(
CREATE TABLE job (
  id                 TEXT NOT NULL UNIQUE,
  function           TEXT NOT NULL,
  artifact_name      TEXT NOT NULL,
  artifact_sha1      TEXT NOT NULL,
  artifact_sha256    TEXT NOT NULL,
  artifact_bytes     INTEGER NOT NULL,
  class_name         TEXT NOT NULL,
  language           TEXT NOT NULL,
  context            TEXT NOT NULL,
  arguments          TEXT NOT NULL,     -- JSON
  external_id        TEXT,
  source             TEXT NOT NULL,
  start_timeout_ns   INTEGER,           -- NULL: infinite
  perform_timeout_ns INTEGER,           -- NULL: infinite
  priority           INTEGER NOT NULL,
  created_ms         INTEGER NOT NULL,
  call_checksum      INTEGER NOT NULL,
  state              TEXT NOT NULL,
  attempt            INTEGER NOT NULL,
  worker             TEXT,
  started_ms         INTEGER,
  ended_ms           INTEGER,
  result             TEXT,              -- JSON
  progress_checksum  INTEGER NOT NULL
);
CREATE INDEX job_by_state ON job (state, id);
CREATE INDEX job_by_function ON job (function, state, id);
CREATE INDEX job_by_worker ON job (worker, state, id) WHERE worker IS NOT NULL;

CREATE TABLE job_count (
  function TEXT NOT NULL,
  state    TEXT NOT NULL,
  total    INTEGER NOT NULL,
  PRIMARY KEY (function, state)
) WITHOUT ROWID;

CREATE TRIGGER job_inserted AFTER INSERT ON job BEGIN
  INSERT INTO job_count (function, state, total) VALUES (new.function, new.state, 1)
    ON CONFLICT (function, state) DO UPDATE SET total = total + 1;
END;
CREATE TRIGGER job_moved AFTER UPDATE OF state ON job WHEN old.state <> new.state BEGIN
  UPDATE job_count SET total = total - 1 WHERE function = old.function AND state = old.state;
  INSERT INTO job_count (function, state, total) VALUES (new.function, new.state, 1)
    ON CONFLICT (function, state) DO UPDATE SET total = total + 1;
END;
CREATE TRIGGER job_deleted AFTER DELETE ON job BEGIN
  UPDATE job_count SET total = total - 1 WHERE function = old.function AND state = old.state;
END;

CREATE TABLE context (
  name   TEXT PRIMARY KEY,
  config TEXT NOT NULL                  -- JSON
) WITHOUT ROWID;

CREATE TABLE function (
  name            TEXT PRIMARY KEY,
  path            TEXT NOT NULL,
  class_name      TEXT NOT NULL,
  default_context TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE artifact (
  name       TEXT PRIMARY KEY,
  sha1       TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  bytes      INTEGER NOT NULL,
  created_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE argument_schema (
  artifact_sha256 TEXT NOT NULL,
  class_name      TEXT NOT NULL,
  schema          TEXT NOT NULL,        -- JSON
  PRIMARY KEY (artifact_sha256, class_name)
) WITHOUT ROWID;
)sql";

// One row for all events of a batch, which is one sync of the disk anyway: a row for each event
// would double what accepting a job costs. sqlite_events.cc tells the form of the text.
constexpr char kVersion2[] = R"sql(
CREATE TABLE event_batch (
  last_number INTEGER PRIMARY KEY,      -- of the events in the text
  events      TEXT NOT NULL,
  checksum    INTEGER NOT NULL
);
)sql";

// Lists are in order of position. Our own ids (UUIDs of version 7) are their positions: strictly
// increasing whatever the clock does. Jobs of Mist 1.1 have random ids and are placed by the time
// of their creation, which is written as such an id begins. Computed from the row, so it takes room
// in the indexes only.
constexpr char kVersion3[] = R"sql(
ALTER TABLE job ADD COLUMN position TEXT AS (
  CASE WHEN substr(id, 15, 1) = '7' THEN id
       ELSE printf('%08x-%04x-%s', created_ms >> 16, created_ms & 65535, id) END) VIRTUAL;
DROP INDEX job_by_state;
DROP INDEX job_by_function;
DROP INDEX job_by_worker;
CREATE INDEX job_by_state ON job (state, position);
CREATE INDEX job_by_function ON job (function, state, position);
CREATE INDEX job_by_worker ON job (worker, state, position) WHERE worker IS NOT NULL;
)sql";

// The checksum of a call covers the two columns only where one of them is set: rows of version 3
// have it without.
constexpr char kVersion4[] = R"sql(
ALTER TABLE job ADD COLUMN request_key TEXT;
ALTER TABLE job ADD COLUMN reply_topic TEXT;
CREATE UNIQUE INDEX job_by_request_key ON job (request_key) WHERE request_key IS NOT NULL;
CREATE TABLE sink_cursor (
  sink    TEXT PRIMARY KEY,
  through INTEGER NOT NULL              -- the last event that it has
) WITHOUT ROWID;
)sql";

// What must not be wrong silently.
constexpr char kVersion5[] = R"sql(
ALTER TABLE context ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE function ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE artifact ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE argument_schema ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sink_cursor ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
UPDATE context SET checksum = row_checksum(name, config);
UPDATE function SET checksum = row_checksum(name, path, class_name, default_context);
UPDATE artifact SET checksum = row_checksum(name, sha1, sha256, bytes, created_ms);
UPDATE argument_schema SET checksum = row_checksum(artifact_sha256, class_name, schema);
UPDATE sink_cursor SET checksum = row_checksum(sink, through);
)sql";

constexpr char kVersion6[] = R"sql(
CREATE TABLE worker (
  id       TEXT PRIMARY KEY,
  config   TEXT NOT NULL,               -- JSON, of the context it was started with
  checksum INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

// The checksum of a job's call covers its column only where it is set: rows of version 6 have it
// without. Functions are few, so those that are whole get a new one.
constexpr char kVersion7[] = R"sql(
ALTER TABLE job ADD COLUMN retry TEXT;        -- JSON; NULL: the context says all
ALTER TABLE function ADD COLUMN retry TEXT;   -- the same
UPDATE function SET checksum = row_checksum(name, path, class_name, default_context, retry)
 WHERE checksum = row_checksum(name, path, class_name, default_context);
)sql";

constexpr char kVersion8[] = R"sql(
CREATE TABLE failed_starts (
  context     TEXT PRIMARY KEY,
  count       INTEGER NOT NULL,
  broken      INTEGER NOT NULL,
  since_ms    INTEGER NOT NULL,
  last_ms     INTEGER NOT NULL,
  next_try_ms INTEGER,
  reason      TEXT NOT NULL,
  checksum    INTEGER NOT NULL
) WITHOUT ROWID;
)sql";

// No checksum covers it: it is told to people, and nothing is decided by it.
constexpr char kVersion9[] = R"sql(
ALTER TABLE job ADD COLUMN course TEXT;       -- lines of stored_course.h
)sql";

// Step n leads from version n-1 to n. Released steps never change; new ones go to the end.
constexpr std::array kMigrations{kVersion1, kVersion2, kVersion3, kVersion4, kVersion5,
                                 kVersion6, kVersion7, kVersion8, kVersion9};

std::int64_t ReadNumber(SqliteConnection& connection, const char* sql) {
  SqliteStatement statement(connection, sql);
  SqliteCursor cursor = statement.Select();
  return cursor.Next() ? cursor.Int(0) : 0;
}

void CheckOwner(SqliteConnection& connection) {
  if (ReadNumber(connection, kGetApplicationId) == kApplicationId) return;
  throw Error(ErrorCode::kCorrupt,
              "store: the database file was not made by Mist; name another data folder");
}

std::size_t CheckVersion(SqliteConnection& connection) {
  const auto current = static_cast<std::size_t>(ReadNumber(connection, kGetVersion));
  if (current <= kMigrations.size()) return current;
  throw Error(ErrorCode::kInvalidConfig, "store: the database has schema version " +
                                             std::to_string(current) + ", this Mist knows up to " +
                                             std::to_string(kMigrations.size()) +
                                             "; start the Mist that wrote it, or a newer one");
}

// Writes only to a new file, so that a master can start and show what it has while the disk is
// full.
void MakeOrCheckOwner(SqliteConnection& connection) {
  if (ReadNumber(connection, kCountTables) == 0) {
    connection.Execute(kMakeOurs);
  } else {
    CheckOwner(connection);
  }
}

void RunMigration(SqliteConnection& connection, std::size_t version) {
  connection.Execute("BEGIN IMMEDIATE");
  connection.Execute(kMigrations[version - 1]);
  SqliteStatement(connection, kAddVersion).Execute(static_cast<std::int64_t>(version));
  PassTestPoint("migration-before-commit");
  connection.Execute("COMMIT");
  PassTestPoint("migration-after-commit");
  log::Info("store_migrated", {{"version", std::to_string(version)}});
}

}  // namespace

void MigrateSchema(SqliteConnection& connection) {
  MakeOrCheckOwner(connection);
  for (std::size_t version = CheckVersion(connection) + 1; version <= kMigrations.size();
       ++version) {
    RunMigration(connection, version);
  }
}

SchemaAge CheckSchema(SqliteConnection& connection) {
  CheckOwner(connection);
  return CheckVersion(connection) == kMigrations.size() ? SchemaAge::kNewest : SchemaAge::kOlder;
}

}  // namespace mist
