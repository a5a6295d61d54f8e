// SQLite's file system with a disk that forgets. It knows for each file what was synced and what
// was written since, and makes the folder as it may be after a power cut: what was synced is there;
// what was not is there, is not, or is in part.
#pragma once

#include <filesystem>
#include <functional>
#include <random>

namespace mist::testing {

// Becomes SQLite's default for the whole test program. Safe to call again.
void InstallPowerVfs();

// Forgets all files, and watches those in this folder from now on. An empty path: none.
void WatchFolder(const std::filesystem::path& folder);

// Called at each sync of a watched file, before and after it. On the thread that syncs, and on one
// at a time.
void OnSyncPoint(std::function<void()> at_sync_point);

// True: syncs are taken for done and are not, as with PRAGMA synchronous = OFF.
void IgnoreSyncs(bool ignore);

// Writes the watched files as they may be after a power cut now. From within a sync point.
void WriteAfterPowerCut(const std::filesystem::path& target, std::mt19937_64& random);

}  // namespace mist::testing
