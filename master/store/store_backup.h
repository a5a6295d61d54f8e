// Copies of the database file: out of a data folder and back into it.
#pragma once

#include <filesystem>
#include <optional>

#include "master/store/store_check.h"

namespace mist {

// Writes a copy of the database, as it is at one moment, to a file that does not exist yet. A
// master may run meanwhile. The copy is one file, checked and on the disk when this returns; what
// the check found is in the original too. Throws Error.
CheckedStore BackUpDatabase(const std::filesystem::path& database,
                            const std::filesystem::path& backup, const OnFinding& on_finding);

struct RestoredDatabase {
  CheckedStore contents;
  std::optional<std::filesystem::path> kept;  // where the old database is now, if there was one
};

// Makes the backup the database, brought up to this version. The caller holds the folder's
// DataLock. nullopt when something is wrong with the backup: nothing has changed then. The old
// database is whole under `keep_as` before it is replaced; whenever the power fails, a master finds
// the old one or the new one. Throws Error.
std::optional<RestoredDatabase> RestoreDatabase(const std::filesystem::path& backup,
                                                const std::filesystem::path& database,
                                                const std::filesystem::path& keep_as,
                                                const OnFinding& on_finding);

}  // namespace mist
