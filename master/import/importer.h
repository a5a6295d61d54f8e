// `mist-master import`: takes over what an installation of Mist 1.1 has stored.
//
//   OldInstallation ─▶ old_catalog, folders, JobHistory ─▶ Importer ─▶ ImportTarget ─▶ store, files
//
// It can be repeated at any time, also after it was interrupted: what is there already is left
// alone. One thing that cannot be taken never keeps the others from being taken.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "master/import/import_report.h"
#include "master/import/import_target.h"
#include "master/import/job_history.h"
#include "master/import/old_installation.h"

namespace mist {

// Opens the old job history; nullptr when there is none. Throws Error.
using OpenHistory = std::function<std::unique_ptr<JobHistory>()>;

// Lives for one import, used by one thread.
class Importer {
 public:
  Importer(const OldInstallation& old, ImportTarget& target, ImportReport& report, Clock& clock)
      : old_(old), target_(target), report_(report), clock_(clock) {}

  // Throws Error when the target can take nothing any more (disk full).
  void Run(const OpenHistory& open_history);

 private:
  void ImportContexts();
  void ImportFunctions();
  void ImportArtifacts();
  void ImportJobs(const OpenHistory& open_history);
  void ImportLogs();

  const OldInstallation& old_;
  ImportTarget& target_;
  ImportReport& report_;
  Clock& clock_;
};

}  // namespace mist
