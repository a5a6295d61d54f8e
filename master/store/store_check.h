// Looks through a database file for what is not as it was written. Reads only, so a master may run
// on it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "master/store/store.h"

namespace mist {

// One problem: what is wrong, and what the operator can do.
struct StoreFinding {
  std::string what;
  std::string remedy;
};
using OnFinding = std::function<void(const StoreFinding& finding)>;

// What of the file is whole.
struct CheckedStore {
  // False: an older version wrote the file, or it is damaged too much.
  bool rows_checked = false;
  bool is_older = false;  // the rows can be checked once the file is up to date
  std::int64_t jobs = 0;
  std::int64_t unfinished_jobs = 0;
  std::int64_t contexts = 0;
  std::int64_t functions = 0;
  std::vector<StoredArtifact> artifacts;
  // Contents that jobs which have not ended need, sorted; also those of artifacts.
  std::vector<std::string> unfinished_contents;
};

// Throws Error when the file cannot be opened or a newer version wrote it; damage is a finding.
CheckedStore CheckDatabase(const std::filesystem::path& file, const OnFinding& on_finding);

}  // namespace mist
