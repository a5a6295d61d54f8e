// The folders of a driver on this host. A driver that ends by itself empties them, one that is
// killed cannot: the master removes them, as it kills what is left of its processes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/ids.h"
#include "master/workers/environment.h"
#include "master/workers/process_starter.h"

namespace mist {

struct DriverFolders {
  std::filesystem::path temp;  // java.io.tmpdir: Spark's blocks, the Python parent's socket
  std::filesystem::path work;  // the harness's: artifacts
};

// The same for every run of the master: `secret` is the worker's, and not to be read out of them.
// `home` is the master's work directory.
DriverFolders DriverFoldersOf(const std::filesystem::path& home, const WorkerId& worker,
                              const std::string& secret);

// Makes the one for temporary files and has the driver use them, unless its operator has named
// another one for temporary files. Throws Error.
void UseDriverFolders(const DriverFolders& folders, Environment& environment);

// Of a driver that has ended. Never blocks: what is not empty is removed by a process of its own,
// whose complaints go to `output`. Problems are logged.
void RemoveDriverFolders(const DriverFolders& folders, const std::filesystem::path& output,
                         ProcessStarter& processes);

}  // namespace mist
