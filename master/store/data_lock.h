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
  explicit DataLock(const std::filesystem::path& folder);

 private:
  FileHandle file_;
};

}  // namespace mist
