#include "master/store/sqlite_catalog.h"

#include "base/log.h"
#include "master/store/stored_json.h"

namespace mist {
namespace {

constexpr char kSaveContext[] =
    "INSERT OR REPLACE INTO context (name, config, checksum) VALUES (?1, ?2, row_checksum(?1, ?2))";
constexpr char kDeleteContext[] = "DELETE FROM context WHERE name = ?1";
constexpr char kContexts[] =
    "SELECT config FROM context WHERE checksum = row_checksum(name, config) ORDER BY name";
constexpr char kDamagedContexts[] =
    "SELECT name FROM context WHERE checksum IS NOT row_checksum(name, config) ORDER BY name";

constexpr char kSaveFunction[] =
    "INSERT OR REPLACE INTO function (name, path, class_name, default_context, retry, checksum) "
    "VALUES (?1, ?2, ?3, ?4, ?5, row_checksum(?1, ?2, ?3, ?4, ?5))";
constexpr char kDeleteFunction[] = "DELETE FROM function WHERE name = ?1";
constexpr char kFunctions[] =
    "SELECT name, path, class_name, default_context, retry FROM function "
    "WHERE checksum = row_checksum(name, path, class_name, default_context, retry) ORDER BY name";
constexpr char kDamagedFunctions[] =
    "SELECT name FROM function "
    "WHERE checksum IS NOT row_checksum(name, path, class_name, default_context, retry) "
    "ORDER BY name";

constexpr char kSaveArtifact[] =
    "INSERT OR REPLACE INTO artifact (name, sha1, sha256, bytes, created_ms, checksum) "
    "VALUES (?1, ?2, ?3, ?4, ?5, row_checksum(?1, ?2, ?3, ?4, ?5))";
constexpr char kDeleteArtifact[] = "DELETE FROM artifact WHERE name = ?1";
constexpr char kArtifacts[] =
    "SELECT name, sha1, sha256, bytes, created_ms FROM artifact "
    "WHERE checksum = row_checksum(name, sha1, sha256, bytes, created_ms) ORDER BY name";
constexpr char kDamagedArtifacts[] =
    "SELECT name FROM artifact "
    "WHERE checksum IS NOT row_checksum(name, sha1, sha256, bytes, created_ms) ORDER BY name";

constexpr char kSaveSchema[] =
    "INSERT OR REPLACE INTO argument_schema (artifact_sha256, class_name, schema, checksum) "
    "VALUES (?1, ?2, ?3, row_checksum(?1, ?2, ?3))";
constexpr char kFindSchema[] =
    "SELECT schema, checksum = row_checksum(artifact_sha256, class_name, schema) "
    "FROM argument_schema WHERE artifact_sha256 = ?1 AND class_name = ?2";

constexpr char kSaveWorker[] =
    "INSERT OR REPLACE INTO worker (id, config, checksum) VALUES (?1, ?2, row_checksum(?1, ?2))";
constexpr char kDeleteWorker[] = "DELETE FROM worker WHERE id = ?1";
constexpr char kWorkers[] =
    "SELECT id, config FROM worker WHERE checksum = row_checksum(id, config) ORDER BY id";
constexpr char kDamagedWorkers[] =
    "SELECT id FROM worker WHERE checksum IS NOT row_checksum(id, config) ORDER BY id";

constexpr char kSaveFailedStarts[] =
    "INSERT OR REPLACE INTO failed_starts "
    "(context, count, broken, since_ms, last_ms, next_try_ms, reason, checksum) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, row_checksum(?1, ?2, ?3, ?4, ?5, ?6, ?7))";
constexpr char kDeleteFailedStarts[] = "DELETE FROM failed_starts WHERE context = ?1";
constexpr char kFailedStarts[] =
    "SELECT context, count, broken, since_ms, last_ms, next_try_ms, reason FROM failed_starts "
    "WHERE checksum = row_checksum(context, count, broken, since_ms, last_ms, next_try_ms, reason) "
    "ORDER BY context";
constexpr char kDamagedFailedStarts[] =
    "SELECT context FROM failed_starts WHERE checksum IS NOT "
    "row_checksum(context, count, broken, since_ms, last_ms, next_try_ms, reason) ORDER BY context";

const char* DamagedIn(NamedTable table) {
  switch (table) {
    case NamedTable::kContexts:
      return kDamagedContexts;
    case NamedTable::kFunctions:
      return kDamagedFunctions;
    case NamedTable::kWorkers:
      return kDamagedWorkers;
    case NamedTable::kFailedStarts:
      return kDamagedFailedStarts;
    case NamedTable::kArtifacts:
      break;
  }
  return kDamagedArtifacts;
}

}  // namespace

SqliteCatalogWriter::SqliteCatalogWriter(SqliteConnection& connection)
    : save_context_(connection, kSaveContext),
      delete_context_(connection, kDeleteContext),
      save_function_(connection, kSaveFunction),
      delete_function_(connection, kDeleteFunction),
      save_artifact_(connection, kSaveArtifact),
      delete_artifact_(connection, kDeleteArtifact),
      save_schema_(connection, kSaveSchema),
      save_worker_(connection, kSaveWorker),
      delete_worker_(connection, kDeleteWorker),
      save_failed_starts_(connection, kSaveFailedStarts),
      delete_failed_starts_(connection, kDeleteFailedStarts) {}

void SqliteCatalogWriter::Apply(const SaveContext& save) {
  save_context_.Execute(save.config.name.value, ToStoredJson(save.config));
}

void SqliteCatalogWriter::Apply(const DeleteContext& removal) {
  delete_context_.Execute(removal.name.value);
}

void SqliteCatalogWriter::Apply(const SaveFunction& save) {
  const FunctionConfig& config = save.config;
  save_function_.Execute(config.name.value, config.path, config.class_name,
                         config.default_context.value, ToStoredJson(config.retry));
}

void SqliteCatalogWriter::Apply(const DeleteFunction& removal) {
  delete_function_.Execute(removal.name.value);
}

void SqliteCatalogWriter::Apply(const SaveArtifact& save) {
  save_artifact_.Execute(save.name, save.sha1, save.sha256, save.bytes,
                         ToEpochMillis(save.created));
}

void SqliteCatalogWriter::Apply(const DeleteArtifact& removal) {
  delete_artifact_.Execute(removal.name);
}

void SqliteCatalogWriter::Apply(const SaveSchema& save) {
  save_schema_.Execute(save.artifact_sha256, save.class_name, ToStoredJson(save.schema));
}

void SqliteCatalogWriter::Apply(const SaveWorker& save) {
  save_worker_.Execute(save.worker.id.value, ToStoredJson(save.worker.config));
}

void SqliteCatalogWriter::Apply(const DeleteWorker& removal) {
  delete_worker_.Execute(removal.id.value);
}

void SqliteCatalogWriter::Apply(const SaveFailedStarts& save) {
  const FailedStarts& failed = save.failed;
  std::optional<std::int64_t> next_try;
  if (failed.next_try) next_try = ToEpochMillis(*failed.next_try);
  save_failed_starts_.Execute(failed.context.value, std::int64_t{failed.count},
                              std::int64_t{failed.broken ? 1 : 0}, ToEpochMillis(failed.since),
                              ToEpochMillis(failed.last), next_try, failed.reason);
}

void SqliteCatalogWriter::Apply(const DeleteFailedStarts& removal) {
  delete_failed_starts_.Execute(removal.context.value);
}

SqliteCatalogReader::SqliteCatalogReader(SqliteConnection& connection)
    : connection_(connection),
      contexts_(connection, kContexts),
      functions_(connection, kFunctions),
      artifacts_(connection, kArtifacts),
      find_schema_(connection, kFindSchema),
      workers_(connection, kWorkers),
      failed_starts_(connection, kFailedStarts) {}

std::vector<ContextConfig> SqliteCatalogReader::Contexts() {
  std::vector<ContextConfig> contexts;
  SqliteCursor rows = contexts_.Select();
  while (rows.Next()) contexts.push_back(ParseStoredContext(rows.Text(0)));
  return contexts;
}

std::vector<FunctionConfig> SqliteCatalogReader::Functions() {
  std::vector<FunctionConfig> functions;
  SqliteCursor rows = functions_.Select();
  while (rows.Next()) {
    functions.push_back({{rows.Text(0)},
                         rows.Text(1),
                         rows.Text(2),
                         {rows.Text(3)},
                         ParseStoredRetry(rows.OptionalText(4))});
  }
  return functions;
}

std::vector<StoredArtifact> SqliteCatalogReader::Artifacts() {
  std::vector<StoredArtifact> artifacts;
  SqliteCursor rows = artifacts_.Select();
  while (rows.Next()) {
    artifacts.push_back(
        {rows.Text(0), rows.Text(1), rows.Text(2), rows.Int(3), FromEpochMillis(rows.Int(4))});
  }
  return artifacts;
}

// Read once, at the start of the master.
std::vector<std::string> SqliteCatalogReader::DamagedNames(NamedTable table) {
  SqliteStatement statement(connection_, DamagedIn(table));
  SqliteCursor rows = statement.Select();
  std::vector<std::string> names;
  while (rows.Next()) names.push_back(rows.Text(0));
  return names;
}

std::optional<FunctionSchema> SqliteCatalogReader::FindSchema(const std::string& artifact_sha256,
                                                              const std::string& class_name) {
  SqliteCursor row = find_schema_.Select(artifact_sha256, class_name);
  if (!row.Next()) return std::nullopt;
  if (row.Int(1) == 1) return ParseStoredSchema(row.Text(0));
  log::Error("store_row_damaged", {{"row", "schema of " + class_name + " in " + artifact_sha256},
                                   {"effect", "it is read from the artifact again"}});
  return std::nullopt;
}

std::vector<StoredWorker> SqliteCatalogReader::Workers() {
  std::vector<StoredWorker> workers;
  SqliteCursor rows = workers_.Select();
  while (rows.Next()) workers.push_back({{rows.Text(0)}, ParseStoredContext(rows.Text(1))});
  return workers;
}

std::vector<FailedStarts> SqliteCatalogReader::FailingContexts() {
  std::vector<FailedStarts> failing;
  SqliteCursor rows = failed_starts_.Select();
  while (rows.Next()) {
    FailedStarts& failed = failing.emplace_back();
    failed.context.value = rows.Text(0);
    failed.count = static_cast<std::int32_t>(rows.Int(1));
    failed.broken = rows.Int(2) != 0;
    failed.since = FromEpochMillis(rows.Int(3));
    failed.last = FromEpochMillis(rows.Int(4));
    if (const auto next_try = rows.OptionalInt(5)) failed.next_try = FromEpochMillis(*next_try);
    failed.reason = rows.Text(6);
  }
  return failing;
}

}  // namespace mist
