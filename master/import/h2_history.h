// The job history in an H2 database file, read by a small Java program that holds H2 1.4.
#pragma once

#include <filesystem>
#include <memory>

#include "master/import/job_history.h"

namespace mist {

struct H2HistoryOptions {
  std::filesystem::path java;  // the program
  std::filesystem::path jar;   // lib/mist-h2-history.jar of the installation
};

// The database's file: <path>.mv.db, or <path>.h2.db of older ones. `folder` is what relative paths
// start from. Empty when there is no such file. Throws Error (kInvalidConfig) when the URL names no
// file of this machine.
std::filesystem::path FindH2File(const std::string& jdbc_url, const std::filesystem::path& folder);

// Copies the file first, so the original is never opened by H2; the copy goes with the object.
// Throws Error: kUnavailable, naming the process, when another one still has the file open.
std::unique_ptr<JobHistory> OpenH2History(const std::filesystem::path& file,
                                          const OldDatabase& database,
                                          const H2HistoryOptions& options);

}  // namespace mist
