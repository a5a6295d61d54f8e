// One master per data folder: a second one would start the same jobs again.
#pragma once

#include <filesystem>

#include "base/file.h"

namespace mist {

// Holds the folder's lock file (`master.lock`) from construction to destruction, or to the end of
// the process however it ends. The file names its holder: process id, host and start time.
class DataLock {
 public:
  // Makes the folder when it is missing. Throws Error (kUnavailable), naming the holder, when
  // another process has it.
  // `held` is the lock of the master that this process was before.
  explicit DataLock(const std::filesystem::path& folder, FileHandle held = {});

  // The lock as a file of its own, which holds it on after this object has died. Throws Error.
  FileHandle Share() const;

 private:
  FileHandle file_;
};

}  // namespace mist
