#include "tests/faults/store/power_vfs.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

namespace mist::testing {
namespace {

constexpr std::size_t kSector = 512;  // what a disk writes as a whole

struct Change {
  std::size_t offset = 0;
  std::optional<std::string> bytes;  // nullopt: the file ends at the offset
};

struct Disk {
  std::string synced;
  bool was_synced = false;  // its name is on the disk
  std::vector<Change> since;
};

sqlite3_vfs* real_vfs = nullptr;
sqlite3_vfs power_vfs;

// Recursive: a sync point reads what it guards.
std::recursive_mutex mutex;
std::string watched;
std::map<std::string, Disk> disks;            // by path
std::map<sqlite3_file*, std::string> opened;  // watched ones
std::function<void()> at_sync_point;
bool ignore_syncs = false;

struct PowerMethods {
  sqlite3_io_methods table;  // first: a file's pMethods points here
  const sqlite3_io_methods* real;
};

const sqlite3_io_methods* RealMethods(sqlite3_file* file) {
  return reinterpret_cast<const PowerMethods*>(file->pMethods)->real;
}

Disk* DiskOf(sqlite3_file* file) {
  const auto found = opened.find(file);
  return found == opened.end() ? nullptr : &disks[found->second];
}

void Apply(std::string& contents, const Change& change) {
  if (!change.bytes) {
    contents.resize(change.offset);
    return;
  }
  const std::size_t end = change.offset + change.bytes->size();
  if (contents.size() < end) contents.resize(end);
  contents.replace(change.offset, change.bytes->size(), *change.bytes);
}

int PowerWrite(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  const std::lock_guard lock(mutex);
  if (Disk* disk = DiskOf(file)) {
    disk->since.push_back(
        {static_cast<std::size_t>(offset),
         std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(count))});
  }
  return RealMethods(file)->xWrite(file, bytes, count, offset);
}

int PowerTruncate(sqlite3_file* file, sqlite3_int64 size) {
  const std::lock_guard lock(mutex);
  if (Disk* disk = DiskOf(file)) disk->since.push_back({static_cast<std::size_t>(size), {}});
  return RealMethods(file)->xTruncate(file, size);
}

// The file is not really synced: this test has no other disk than this one.
int PowerSync(sqlite3_file* file, int) {
  const std::lock_guard lock(mutex);
  Disk* disk = DiskOf(file);
  if (disk == nullptr) return SQLITE_OK;
  if (at_sync_point) at_sync_point();
  if (!ignore_syncs) {
    for (const Change& change : std::exchange(disk->since, {})) Apply(disk->synced, change);
    disk->was_synced = true;
  }
  if (at_sync_point) at_sync_point();
  return SQLITE_OK;
}

int PowerClose(sqlite3_file* file) {
  const sqlite3_io_methods* real = RealMethods(file);
  {
    const std::lock_guard lock(mutex);
    opened.erase(file);
  }
  return real->xClose(file);
}

const sqlite3_io_methods* PowerMethodsFor(const sqlite3_io_methods* real) {
  static std::map<const sqlite3_io_methods*, PowerMethods> copies;
  PowerMethods& copy = copies[real];
  if (copy.real == nullptr) {
    copy = {*real, real};
    copy.table.xWrite = PowerWrite;
    copy.table.xTruncate = PowerTruncate;
    copy.table.xSync = PowerSync;
    copy.table.xClose = PowerClose;
  }
  return &copy.table;
}

int PowerOpen(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int result = real_vfs->xOpen(real_vfs, name, file, flags, out_flags);
  if (result != SQLITE_OK) return result;
  const std::lock_guard lock(mutex);
  file->pMethods = PowerMethodsFor(file->pMethods);
  if (name != nullptr && !watched.empty() && std::string(name).starts_with(watched)) {
    opened[file] = name;
    disks[name];
  }
  return SQLITE_OK;
}

// A name that is gone stays gone: SQLite deletes a log only when the database holds all of it.
int PowerDelete(sqlite3_vfs*, const char* name, int) {
  const std::lock_guard lock(mutex);
  disks.erase(name);
  return real_vfs->xDelete(real_vfs, name, 0);
}

bool Install() {
  real_vfs = sqlite3_vfs_find(nullptr);
  power_vfs = *real_vfs;
  power_vfs.zName = "power";
  power_vfs.xOpen = PowerOpen;
  power_vfs.xDelete = PowerDelete;
  sqlite3_vfs_register(&power_vfs, 1);
  return true;
}

// Sectors of a write reach the disk in any order.
void ApplyTorn(std::string& contents, const Change& change, std::mt19937_64& random) {
  const std::string& bytes = *change.bytes;
  for (std::size_t begin = 0; begin < bytes.size(); begin += kSector) {
    if (random() % 2 == 0) continue;
    Apply(contents, {change.offset + begin, bytes.substr(begin, kSector)});
  }
}

std::string AfterPowerCut(const Disk& disk, std::mt19937_64& random) {
  enum class Kept { kNothing, kAll, kSome, kTorn };
  const auto kept = static_cast<Kept>(random() % 4);
  std::string contents = disk.synced;
  for (const Change& change : disk.since) {
    if (kept == Kept::kNothing) break;
    if (kept == Kept::kAll || random() % 2 == 0) {
      Apply(contents, change);
    } else if (kept == Kept::kTorn && change.bytes) {
      ApplyTorn(contents, change, random);
    }
  }
  return contents;
}

}  // namespace

void InstallPowerVfs() {
  [[maybe_unused]] static const bool installed = Install();
}

void WatchFolder(const std::filesystem::path& folder) {
  const std::lock_guard lock(mutex);
  watched = folder.string();
  disks.clear();
}

void OnSyncPoint(std::function<void()> callback) {
  const std::lock_guard lock(mutex);
  at_sync_point = std::move(callback);
}

void IgnoreSyncs(bool ignore) {
  const std::lock_guard lock(mutex);
  ignore_syncs = ignore;
}

void WriteAfterPowerCut(const std::filesystem::path& target, std::mt19937_64& random) {
  const std::lock_guard lock(mutex);
  for (const auto& [path, disk] : disks) {
    if (!disk.was_synced && random() % 2 == 0) continue;  // not even its name
    std::ofstream(target / std::filesystem::path(path).filename(), std::ios::binary)
        << AfterPowerCut(disk, random);
  }
}

}  // namespace mist::testing
