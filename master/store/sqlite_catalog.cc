#include "master/store/sqlite_catalog.h"

#include "master/store/stored_json.h"

namespace mist {
namespace {

constexpr char kSaveContext[] = "INSERT OR REPLACE INTO context (name, config) VALUES (?1, ?2)";
constexpr char kDeleteContext[] = "DELETE FROM context WHERE name = ?1";
constexpr char kContexts[] = "SELECT config FROM context ORDER BY name";

constexpr char kSaveFunction[] =
    "INSERT OR REPLACE INTO function (name, path, class_name, default_context) "
    "VALUES (?1, ?2, ?3, ?4)";
constexpr char kDeleteFunction[] = "DELETE FROM function WHERE name = ?1";
constexpr char kFunctions[] =
    "SELECT name, path, class_name, default_context FROM function ORDER BY name";

constexpr char kSaveArtifact[] =
    "INSERT OR REPLACE INTO artifact (name, sha1, sha256, bytes, created_ms) "
    "VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr char kDeleteArtifact[] = "DELETE FROM artifact WHERE name = ?1";
constexpr char kArtifacts[] =
    "SELECT name, sha1, sha256, bytes, created_ms FROM artifact ORDER BY name";

constexpr char kSaveSchema[] =
    "INSERT OR REPLACE INTO argument_schema (artifact_sha256, class_name, schema) "
    "VALUES (?1, ?2, ?3)";
constexpr char kFindSchema[] =
    "SELECT schema FROM argument_schema WHERE artifact_sha256 = ?1 AND class_name = ?2";

}  // namespace

SqliteCatalogWriter::SqliteCatalogWriter(SqliteConnection& connection)
    : save_context_(connection, kSaveContext),
      delete_context_(connection, kDeleteContext),
      save_function_(connection, kSaveFunction),
      delete_function_(connection, kDeleteFunction),
      save_artifact_(connection, kSaveArtifact),
      delete_artifact_(connection, kDeleteArtifact),
      save_schema_(connection, kSaveSchema) {}

void SqliteCatalogWriter::Apply(const SaveContext& save) {
  save_context_.Execute(save.config.name.value, ToStoredJson(save.config));
}

void SqliteCatalogWriter::Apply(const DeleteContext& removal) {
  delete_context_.Execute(removal.name.value);
}

void SqliteCatalogWriter::Apply(const SaveFunction& save) {
  const FunctionConfig& config = save.config;
  save_function_.Execute(config.name.value, config.path, config.class_name,
                         config.default_context.value);
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

SqliteCatalogReader::SqliteCatalogReader(SqliteConnection& connection)
    : contexts_(connection, kContexts),
      functions_(connection, kFunctions),
      artifacts_(connection, kArtifacts),
      find_schema_(connection, kFindSchema) {}

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
    functions.push_back({{rows.Text(0)}, rows.Text(1), rows.Text(2), {rows.Text(3)}});
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

std::optional<FunctionSchema> SqliteCatalogReader::FindSchema(const std::string& artifact_sha256,
                                                              const std::string& class_name) {
  SqliteCursor row = find_schema_.Select(artifact_sha256, class_name);
  if (!row.Next()) return std::nullopt;
  return ParseStoredSchema(row.Text(0));
}

}  // namespace mist
