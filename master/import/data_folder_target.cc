#include "master/import/data_folder_target.h"

#include <cerrno>
#include <set>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "master/import/log_copy.h"
#include "master/store/sqlite_store.h"

namespace mist {
namespace {

constexpr std::size_t kReadBytes = 256 << 10;

template <typename Config>
auto ByName(std::vector<Config> configs) {
  std::map<decltype(Config::name), Config> by_name;
  for (Config& config : configs) {
    auto name = config.name;
    by_name.emplace(std::move(name), std::move(config));
  }
  return by_name;
}

// `known` is what the store holds.
template <typename Save, typename Known, typename Config>
ImportOutcome SaveNamed(Store& store, Known& known, const Config& config, Overwrite overwrite) {
  const auto found = known.find(config.name);
  const bool exists = found != known.end();
  if (exists && found->second == config) return ImportOutcome::kAlreadyThere;
  if (exists && overwrite == Overwrite::kNo) return ImportOutcome::kConflict;
  store.Write({Save{config}});
  known[config.name] = config;
  return exists ? ImportOutcome::kReplaced : ImportOutcome::kTaken;
}

void CopyInto(ArtifactUpload& upload, const std::filesystem::path& file, std::int64_t max_bytes) {
  const FileHandle source = OpenFile(file, O_RDONLY);
  std::vector<char> buffer(kReadBytes);
  for (;;) {
    const ssize_t count = read(source.Descriptor(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SystemError(errno, "read " + file.string());
    if (count == 0) return;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    if (upload.Write(bytes) == WriteOutcome::kTooLarge) {
      throw Error(ErrorCode::kInvalidInput, "larger than http.max-upload, which is " +
                                                DescribeSize(max_bytes) + "; raise it and repeat");
    }
  }
}

ImportOutcome OutcomeOf(SaveOutcome outcome) {
  switch (outcome) {
    case SaveOutcome::kCreated:
      return ImportOutcome::kTaken;
    case SaveOutcome::kReplaced:
      return ImportOutcome::kReplaced;
    case SaveOutcome::kSame:
      return ImportOutcome::kAlreadyThere;
    case SaveOutcome::kNameTaken:
      break;
  }
  return ImportOutcome::kConflict;
}

// An unfinished job ends when it is imported, so another import ends it at another time.
bool IsSame(const Job& stored, const ImportedJob& imported) {
  Job expected = imported.job;
  if (imported.was_unfinished) expected.ended = stored.ended;
  return stored == expected;
}

}  // namespace

DataFolderTarget::DataFolderTarget(const DataFolderOptions& options)
    : options_(options),
      lock_(options.data_folder),
      store_(OpenSqliteStore({.file = options.database_file})),
      artifacts_(options.artifacts, *store_, SystemClock()),
      contexts_(ByName(store_->Contexts())),
      functions_(ByName(store_->Functions())) {
  std::error_code error;
  std::filesystem::create_directories(options_.log_folder, error);
  if (error) throw SystemError(error.value(), "make folder " + options_.log_folder.string());
}

ImportOutcome DataFolderTarget::Save(const ContextConfig& context) {
  return SaveNamed<SaveContext>(*store_, contexts_, context, options_.overwrite);
}

ImportOutcome DataFolderTarget::Save(const FunctionConfig& function) {
  return SaveNamed<SaveFunction>(*store_, functions_, function, options_.overwrite);
}

ImportOutcome DataFolderTarget::SaveArtifact(const std::string& name,
                                             const std::filesystem::path& file) {
  const std::unique_ptr<ArtifactUpload> upload = artifacts_.BeginUpload(name);
  CopyInto(*upload, file, options_.artifacts.max_artifact_bytes);
  return OutcomeOf(upload->Finish(options_.overwrite).outcome);
}

ImportOutcome DataFolderTarget::SaveLog(const std::filesystem::path& file) {
  return CopyLog(file, options_.log_folder, options_.overwrite == Overwrite::kYes);
}

std::vector<ImportOutcome> DataFolderTarget::Save(const std::vector<ImportedJob>& jobs) {
  std::vector<ImportOutcome> outcomes;
  std::vector<Mutation> batch;
  std::set<JobId> new_ids;
  for (const ImportedJob& imported : jobs) {
    const std::optional<Job> stored = store_->FindJob(imported.job.id);
    if (stored) {
      outcomes.push_back(IsSame(*stored, imported) ? ImportOutcome::kAlreadyThere
                                                   : ImportOutcome::kConflict);
    } else if (new_ids.insert(imported.job.id).second) {
      outcomes.push_back(ImportOutcome::kTaken);
      batch.push_back(InsertJob{imported.job});
    } else {
      outcomes.push_back(ImportOutcome::kConflict);  // twice in a damaged table
    }
  }
  if (!batch.empty()) store_->Write(std::move(batch));
  return outcomes;
}

}  // namespace mist
