// SQLite's file system with a switch for failures. Installed as the default for the whole test
// program; without a fault set it changes nothing.
#pragma once

#include <cstdint>

namespace mist::testing {

enum class DiskFault {
  kNone,
  kFull,        // every write fails for lack of space
  kSyncBroken,  // every sync fails: what reached the disk is unknown
};

// Safe to call again and again. Before the first connection is opened.
void InstallFaultVfs();
// From now on, for all files.
void SetDiskFault(DiskFault fault);
// Syncs of any file since the program started.
std::int64_t SyncCount();

}  // namespace mist::testing
