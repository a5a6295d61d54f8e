// Everything but jobs and their events: contexts, functions, artifacts, argument schemas, workers
// and their failed starts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "master/store/sqlite_connection.h"
#include "master/store/store.h"

namespace mist {

// Works within the transaction of its connection. Throws Error.
class SqliteCatalogWriter {
 public:
  explicit SqliteCatalogWriter(SqliteConnection& connection);

  void Apply(const SaveContext& save);
  void Apply(const DeleteContext& removal);
  void Apply(const SaveFunction& save);
  void Apply(const DeleteFunction& removal);
  void Apply(const SaveArtifact& save);
  void Apply(const DeleteArtifact& removal);
  void Apply(const SaveSchema& save);
  void Apply(const SaveWorker& save);
  void Apply(const DeleteWorker& removal);
  void Apply(const SaveFailedStarts& save);
  void Apply(const DeleteFailedStarts& removal);

 private:
  SqliteStatement save_context_;
  SqliteStatement delete_context_;
  SqliteStatement save_function_;
  SqliteStatement delete_function_;
  SqliteStatement save_artifact_;
  SqliteStatement delete_artifact_;
  SqliteStatement save_schema_;
  SqliteStatement save_worker_;
  SqliteStatement delete_worker_;
  SqliteStatement save_failed_starts_;
  SqliteStatement delete_failed_starts_;
};

// Lists are in order of name and hold no row that does not match its checksum.
class SqliteCatalogReader {
 public:
  explicit SqliteCatalogReader(SqliteConnection& connection);

  std::vector<ContextConfig> Contexts();
  std::vector<FunctionConfig> Functions();
  std::vector<StoredArtifact> Artifacts();
  std::vector<std::string> DamagedNames(NamedTable table);
  std::optional<FunctionSchema> FindSchema(const std::string& artifact_sha256,
                                           const std::string& class_name);
  std::vector<StoredWorker> Workers();
  std::vector<FailedStarts> FailingContexts();

 private:
  SqliteConnection& connection_;
  SqliteStatement contexts_;
  SqliteStatement functions_;
  SqliteStatement artifacts_;
  SqliteStatement find_schema_;
  SqliteStatement workers_;
  SqliteStatement failed_starts_;
};

}  // namespace mist
