// Where an import puts what it has read: the data of a master that does not run, or nowhere.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "contexts/context_config.h"
#include "contexts/function_config.h"
#include "master/import/import_report.h"
#include "master/import/job_row.h"

namespace mist {

// Used by one thread. Everything but logs is durable when the call returns. Throws Error when one
// thing cannot be taken; after kDiskFull and kInternal nothing else can be either.
class ImportTarget {
 public:
  virtual ~ImportTarget() = default;

  virtual ImportOutcome Save(const ContextConfig& context) = 0;
  virtual ImportOutcome Save(const FunctionConfig& function) = 0;
  virtual ImportOutcome SaveArtifact(const std::string& name,
                                     const std::filesystem::path& file) = 0;
  // job-<id>.log; FinishLogs() makes all of them durable.
  virtual ImportOutcome SaveLog(const std::filesystem::path& file) = 0;
  virtual void FinishLogs() = 0;
  // In the order of the jobs. Jobs are never replaced.
  [[nodiscard]] virtual std::vector<ImportOutcome> Save(const std::vector<ImportedJob>& jobs) = 0;
};

// Takes everything and keeps nothing: what --dry-run uses.
std::unique_ptr<ImportTarget> MakeDryRunTarget();

}  // namespace mist
