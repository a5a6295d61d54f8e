#include "master/import/log_copy.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

// Found again by the next import when this one is interrupted: the name is always the same.
constexpr char kUnfinished[] = ".import-unfinished";

bool HoldSameBytes(const fs::path& a, const fs::path& b) {
  std::ifstream left(a, std::ios::binary);
  std::ifstream right(b, std::ios::binary);
  using Bytes = std::istreambuf_iterator<char>;
  return left && right && std::equal(Bytes(left), Bytes(), Bytes(right), Bytes());
}

struct stat StatusOf(const fs::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) throw SystemError(errno, "read " + path.string());
  return status;
}

bool IsSameLog(const fs::path& file, const fs::path& target) {
  const struct stat theirs = StatusOf(file);
  const struct stat ours = StatusOf(target);
  if (theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev) return true;
  if (theirs.st_size != ours.st_size) return false;
  const bool same_time = theirs.st_mtim.tv_sec == ours.st_mtim.tv_sec &&
                         theirs.st_mtim.tv_nsec == ours.st_mtim.tv_nsec;
  return same_time || HoldSameBytes(file, target);
}

void Link(const fs::path& file, const fs::path& temporary) {
  std::error_code error;
  fs::remove(temporary, error);
  fs::create_hard_link(file, temporary, error);
  if (!error) return;
  fs::copy_file(file, temporary, error);
  if (error)
    throw SystemError(error.value(), "copy " + file.string() + " to " + temporary.string());
  const FileHandle copy = OpenFile(temporary, O_RDWR);
  const struct stat theirs = StatusOf(file);
  const struct timespec times[2] = {theirs.st_atim, theirs.st_mtim};
  if (futimens(copy.Descriptor(), times) != 0) {
    throw SystemError(errno, "set the time of " + temporary.string());
  }
  SyncFile(copy, temporary);
}

}  // namespace

ImportOutcome CopyLog(const fs::path& file, const fs::path& to_folder, bool overwrite) {
  const fs::path target = to_folder / file.filename();
  const bool exists = fs::exists(target);
  if (exists && IsSameLog(file, target)) return ImportOutcome::kAlreadyThere;
  if (exists && !overwrite) return ImportOutcome::kConflict;
  const fs::path temporary = to_folder / kUnfinished;
  Link(file, temporary);
  std::error_code error;
  fs::rename(temporary, target, error);
  if (error) throw SystemError(error.value(), "rename " + temporary.string());
  return exists ? ImportOutcome::kReplaced : ImportOutcome::kTaken;
}

}  // namespace mist
