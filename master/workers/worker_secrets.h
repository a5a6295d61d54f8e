// The secrets of workers, each computed from its id and one key of the data folder: a master that
// starts again knows those of the workers that it finds.
#pragma once

#include <filesystem>
#include <string>

#include "base/ids.h"

namespace mist {

// Any thread.
class WorkerSecrets {
 public:
  // Reads the key, or makes one when the file is missing. Only the owner may read the file. Throws
  // Error.
  explicit WorkerSecrets(const std::filesystem::path& key_file);

  // HMAC-SHA-256 as 64 hex digits.
  std::string For(const WorkerId& worker) const;

 private:
  const std::string key_;
};

// 16 hex digits that belong to a secret and do not tell it.
std::string FingerprintOf(const std::string& secret);

}  // namespace mist
