// The Store on one SQLite file in WAL mode.
#pragma once

#include <filesystem>
#include <memory>

#include "master/store/store.h"

namespace mist {

struct SqliteStoreOptions {
  std::filesystem::path file;  // data/mist.db; its folder exists
};

// Opens or makes the file and brings its schema up to date. Destroying the store writes what was
// submitted. Throws Error: kInvalidConfig when the file was written by a newer version, kCorrupt
// when it is no database of ours.
std::unique_ptr<Store> OpenSqliteStore(const SqliteStoreOptions& options);

}  // namespace mist
