#include "tests/unit/master/store/fault_vfs.h"

#include <atomic>

#include <sqlite3.h>

namespace mist::testing {
namespace {

std::atomic<DiskFault> disk_fault = DiskFault::kNone;
std::atomic<std::int64_t> sync_count = 0;

const sqlite3_vfs* real_vfs = nullptr;
const sqlite3_io_methods* real_methods = nullptr;
sqlite3_io_methods fault_methods;
sqlite3_vfs fault_vfs;

int FaultWrite(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  if (disk_fault == DiskFault::kFull) return SQLITE_FULL;
  return real_methods->xWrite(file, bytes, count, offset);
}

int FaultSync(sqlite3_file* file, int flags) {
  ++sync_count;
  if (disk_fault == DiskFault::kSyncBroken) return SQLITE_IOERR_FSYNC;
  return real_methods->xSync(file, flags);
}

// The file object stays the real one; only its table of methods is exchanged for a copy with our
// two.
int FaultOpen(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int result =
      real_vfs->xOpen(const_cast<sqlite3_vfs*>(real_vfs), name, file, flags, out_flags);
  if (file->pMethods == real_methods && result == SQLITE_OK) file->pMethods = &fault_methods;
  return result;
}

// The table that the real file system gives to ordinary files.
const sqlite3_io_methods* FindMethods() {
  sqlite3* handle = nullptr;
  sqlite3_file* file = nullptr;
  sqlite3_open("", &handle);
  sqlite3_exec(handle, "PRAGMA temp_store = FILE; CREATE TABLE t (x)", nullptr, nullptr, nullptr);
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  const sqlite3_io_methods* methods = file->pMethods;
  sqlite3_close(handle);
  return methods;
}

bool Install() {
  real_vfs = sqlite3_vfs_find(nullptr);
  real_methods = FindMethods();
  fault_methods = *real_methods;
  fault_methods.xWrite = FaultWrite;
  fault_methods.xSync = FaultSync;
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
