// The tables of data/mist.db and the numbered steps that lead to them.
#pragma once

#include "master/store/sqlite_connection.h"

namespace mist {

// Brings the file to the newest schema, each step in a transaction of its own. Throws Error:
// kInvalidConfig when a newer version of Mist wrote the file, kCorrupt when it is some other
// program's.
void MigrateSchema(SqliteConnection& connection);

enum class SchemaAge { kNewest, kOlder };

// Writes nothing. Throws as MigrateSchema() does, and kCorrupt for an empty file.
[[nodiscard]] SchemaAge CheckSchema(SqliteConnection& connection);

}  // namespace mist
