// Where the output of a worker's programs goes, and the end of it for the reason of a failed start.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "base/ids.h"

namespace mist {

inline constexpr char kLocalWorkerLog[] = "local-worker-";
inline constexpr char kDockerWorkerLog[] = "docker-worker-";
inline constexpr char kManualWorkerLog[] = "manual-worker-";

// <folder>/<prefix><id>.log, with the id made fit for a file name.
std::filesystem::path WorkerLogFile(const std::filesystem::path& folder, const std::string& prefix,
                                    const WorkerId& worker);

// What any runner has written for the worker; nullopt when there is no file.
std::optional<std::filesystem::path> FindWorkerLog(const std::filesystem::path& folder,
                                                   const WorkerId& id);

inline constexpr std::size_t kReasonLines = 25;  // as many as Mist 1.1 showed

// The last lines of the file joined by ";", at most max_lines of them and 64 KiB; empty when it
// cannot be read. Bytes that are not UTF-8 become question marks.
std::string LastLines(const std::filesystem::path& file, std::size_t max_lines = kReasonLines);

}  // namespace mist
