#include "tests/unit/master/store/fault_vfs.h"

#include <atomic>
#include <map>
#include <mutex>

#include <sqlite3.h>

namespace mist::testing {
namespace {

std::atomic<DiskFault> disk_fault = DiskFault::kNone;
std::atomic<std::int64_t> sync_count = 0;

sqlite3_vfs* real_vfs = nullptr;
sqlite3_vfs fault_vfs;

// A copy of one of the real file system's method tables, with our two methods in it.
struct FaultMethods {
  sqlite3_io_methods table;  // first: a file's pMethods points here
  const sqlite3_io_methods* real;
};

const sqlite3_io_methods* RealMethods(sqlite3_file* file) {
  return reinterpret_cast<const FaultMethods*>(file->pMethods)->real;
}

int FaultWrite(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  if (disk_fault == DiskFault::kFull) return SQLITE_FULL;
  return RealMethods(file)->xWrite(file, bytes, count, offset);
}

int FaultSync(sqlite3_file* file, int flags) {
  ++sync_count;
  if (disk_fault == DiskFault::kSyncBroken) return SQLITE_IOERR_FSYNC;
  return RealMethods(file)->xSync(file, flags);
}

// Databases and their logs have different tables; each is copied once.
const sqlite3_io_methods* FaultMethodsFor(const sqlite3_io_methods* real) {
  static std::mutex mutex;
  static std::map<const sqlite3_io_methods*, FaultMethods> copies;
  const std::lock_guard lock(mutex);
  FaultMethods& copy = copies[real];
  if (copy.real == nullptr) {
    copy = {*real, real};
    copy.table.xWrite = FaultWrite;
    copy.table.xSync = FaultSync;
  }
  return &copy.table;
}

// The file object stays the real one; only its table of methods is exchanged.
int FaultOpen(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int result = real_vfs->xOpen(real_vfs, name, file, flags, out_flags);
  if (result == SQLITE_OK) file->pMethods = FaultMethodsFor(file->pMethods);
  return result;
}

bool Install() {
  real_vfs = sqlite3_vfs_find(nullptr);
  fault_vfs = *real_vfs;
  fault_vfs.zName = "fault";
  fault_vfs.xOpen = FaultOpen;
  sqlite3_vfs_register(&fault_vfs, 1);
  return true;
}

}  // namespace

void InstallFaultVfs() {
  [[maybe_unused]] static const bool installed = Install();
}

void SetDiskFault(DiskFault fault) {
  disk_fault = fault;
}

std::int64_t SyncCount() {
  return sync_count;
}

}  // namespace mist::testing
