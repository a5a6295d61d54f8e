// Taking over the log of a job.
#pragma once

#include <filesystem>

#include "master/import/import_report.h"

namespace mist {

// A hard link where the file system allows it: the log of an ended job never changes again. Else a
// copy with the same time of change, made under another name, synced and renamed, so that a file
// under its final name is whole. Throws Error.
ImportOutcome CopyLog(const std::filesystem::path& file, const std::filesystem::path& to_folder,
                      bool overwrite);

}  // namespace mist
