#include <fcntl.h>

#include "base/error.h"
#include "base/file.h"
#include "master/artifacts/artifact_name.h"
#include "master/import/import_target.h"

namespace mist {
namespace {

class DryRunTarget : public ImportTarget {
 public:
  ImportOutcome Save(const ContextConfig& /*context*/) override { return ImportOutcome::kTaken; }
  ImportOutcome Save(const FunctionConfig& /*function*/) override { return ImportOutcome::kTaken; }

  ImportOutcome SaveArtifact(const std::string& name, const std::filesystem::path& file) override {
    if (const auto problem = ArtifactNameProblem(name)) {
      throw Error(ErrorCode::kInvalidInput, *problem);
    }
    return SaveLog(file);
  }

  ImportOutcome SaveLog(const std::filesystem::path& file) override {
    [[maybe_unused]] const FileHandle readable = OpenFile(file, O_RDONLY);
    return ImportOutcome::kTaken;
  }

  void FinishLogs() override {}

  std::vector<ImportOutcome> Save(const std::vector<ImportedJob>& jobs) override {
    return std::vector(jobs.size(), ImportOutcome::kTaken);
  }
};

}  // namespace

std::unique_ptr<ImportTarget> MakeDryRunTarget() {
  return std::make_unique<DryRunTarget>();
}

}  // namespace mist
