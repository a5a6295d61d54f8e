// The data of this installation as the target of an import.
#pragma once

#include <map>
#include <memory>

#include "base/file.h"
#include "master/artifacts/artifact_repository.h"
#include "master/import/import_target.h"
#include "master/store/data_lock.h"
#include "master/store/store.h"

namespace mist {

struct DataFolderOptions {
  std::filesystem::path data_folder;    // is locked
  std::filesystem::path database_file;  // made when it is missing
  std::filesystem::path log_folder;     // made when it is missing
  ArtifactRepositoryOptions artifacts;
  Overwrite overwrite = Overwrite::kNo;
};

class DataFolderTarget : public ImportTarget {
 public:
  // Throws Error: kUnavailable, naming the process, when a master runs on the folder.
  explicit DataFolderTarget(const DataFolderOptions& options);

  ImportOutcome Save(const ContextConfig& context) override;
  ImportOutcome Save(const FunctionConfig& function) override;
  ImportOutcome SaveArtifact(const std::string& name, const std::filesystem::path& file) override;
  ImportOutcome SaveLog(const std::filesystem::path& file) override;
  void FinishLogs() override { SyncFolder(options_.log_folder); }
  std::vector<ImportOutcome> Save(const std::vector<ImportedJob>& jobs) override;

 private:
  const DataFolderOptions options_;
  const DataLock lock_;
  const std::unique_ptr<Store> store_;
  ArtifactRepository artifacts_;
  std::map<ContextName, ContextConfig> contexts_;  // as stored
  std::map<FunctionName, FunctionConfig> functions_;
};

}  // namespace mist
