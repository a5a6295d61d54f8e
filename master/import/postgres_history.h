// The job history in PostgreSQL.
#pragma once

#include <memory>

#include "master/import/job_history.h"

namespace mist {

bool IsPostgresUrl(const std::string& jdbc_url);

// jdbc:postgresql://host:port/database?parameters as libpq takes it. Parameters are those of libpq
// (sslmode, sslrootcert, ...; of JDBC's own, `ssl=true` is understood). User and password are added
// unless they are empty.
std::string PostgresUri(const OldDatabase& database);

// Reads within one read-only transaction. Throws Error (kUnavailable) when the server cannot be
// reached or refuses; messages hold no password.
std::unique_ptr<JobHistory> OpenPostgresHistory(const OldDatabase& database);

}  // namespace mist
