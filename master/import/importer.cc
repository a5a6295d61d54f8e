#include "master/import/importer.h"

#include <set>
#include <string>
#include <utility>
#include <variant>

#include "base/error.h"
#include "master/import/old_catalog.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

// Of one commit: a disk that is busy may take a second for each. Whichever comes first.
constexpr std::size_t kJobsAtOnce = 10'000;
constexpr std::size_t kBytesAtOnce = 32 << 20;

std::size_t BytesOf(const Job& job) {
  return job.arguments.value.size() + (job.result ? job.result->value.size() : 0);
}

bool StopsEverything(const Error& error) {
  return error.Code() == ErrorCode::kDiskFull || error.Code() == ErrorCode::kInternal;
}

// What happens to one thing stays with it, unless nothing further can succeed either.
template <typename Call>
void Guarded(ImportSection& section, const std::string& what, Call call) {
  try {
    call();
  } catch (const Error& error) {
    if (StopsEverything(error)) throw;
    section.Refuse(what, error.what());
  } catch (const fs::filesystem_error& error) {
    section.Refuse(what, error.what());
  }
}

// Calls `take` with the regular files of a folder, which may be missing.
template <typename Take>
void ForEachFile(ImportSection& section, const fs::path& folder, Take take) {
  Guarded(section, "folder " + folder.string(), [&] {
    if (!fs::is_directory(folder)) return;
    for (const auto& entry : fs::directory_iterator(folder)) {
      std::error_code error;
      if (entry.is_regular_file(error) && !error) take(entry.path());
    }
  });
}

// Collects the rows of a history into batches and passes them on.
class JobBatches {
 public:
  JobBatches(ImportTarget& target, ImportSection& section, Clock& clock)
      : target_(target), section_(section), clock_(clock) {}

  void Take(const JobRow& row) {
    auto job = ToJob(row, clock_.Wall());
    if (const auto* refused = std::get_if<RefusedRow>(&job)) {
      section_.Refuse("job " + row.job_id.value_or("without an id"), refused->reason);
      return;
    }
    auto& imported = std::get<ImportedJob>(job);
    if (imported.was_unfinished) ++unfinished_;
    bytes_ += BytesOf(imported.job);
    batch_.push_back(std::move(imported));
    if (batch_.size() >= kJobsAtOnce || bytes_ >= kBytesAtOnce) Flush();
  }

  void Flush() {
    const std::vector<ImportOutcome> outcomes = target_.Save(batch_);
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      section_.Count(outcomes[i], "job " + batch_[i].job.id.value);
    }
    batch_.clear();
    bytes_ = 0;
  }

  std::int64_t Unfinished() const { return unfinished_; }

 private:
  ImportTarget& target_;
  ImportSection& section_;
  Clock& clock_;
  std::vector<ImportedJob> batch_;
  std::size_t bytes_ = 0;  // of the batch
  std::int64_t unfinished_ = 0;
};

}  // namespace

void Importer::Run(const OpenHistory& open_history) {
  for (const std::string& note : old_.notes) report_.Say(note);
  ImportArtifacts();
  ImportContexts();
  ImportFunctions();
  ImportJobs(open_history);
  ImportLogs();
}

void Importer::ImportArtifacts() {
  ImportSection& section = report_.Begin("artifacts");
  std::set<fs::path> files;  // in order of their names
  ForEachFile(section, old_.artifacts_folder, [&](const fs::path& file) { files.insert(file); });
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    const std::string what = "artifact '" + name + "'";
    Guarded(section, what, [&] {
      section.Count(target_.SaveArtifact(name, file), what,
                    static_cast<std::int64_t>(fs::file_size(file)));
    });
  }
  section.Finish();
}

void Importer::ImportContexts() {
  ImportSection& section = report_.Begin("contexts");
  for (const ContextConfig& context : ReadOldContexts(old_, section)) {
    const std::string what = "context '" + context.name.value + "'";
    Guarded(section, what, [&] { section.Count(target_.Save(context), what); });
  }
  section.Finish();
}

void Importer::ImportFunctions() {
  ImportSection& section = report_.Begin("functions");
  for (const FunctionConfig& function : ReadOldFunctions(old_, section)) {
    const std::string what = "function '" + function.name.value + "'";
    Guarded(section, what, [&] { section.Count(target_.Save(function), what); });
  }
  section.Finish();
}

void Importer::ImportJobs(const OpenHistory& open_history) {
  ImportSection& section = report_.Begin("jobs");
  JobBatches batches(target_, section, clock_);
  Guarded(section, "job history", [&] {
    const std::unique_ptr<JobHistory> history = open_history();
    if (history == nullptr) {
      section.Note("there is no job history: no recovery.db.mv.db in " + old_.folder.string());
      return;
    }
    section.Expect(history->CountRows());
    history->Read([&](const JobRow& row) { batches.Take(row); });
  });
  batches.Flush();  // also what was read before a history broke off
  if (batches.Unfinished() > 0) {
    section.Note(std::to_string(batches.Unfinished()) +
                 " jobs had not ended in the old master; they are failed: Worker was stopped");
  }
  section.Finish();
}

void Importer::ImportLogs() {
  ImportSection& section = report_.Begin("logs");
  ForEachFile(section, old_.logs_folder, [&](const fs::path& file) {
    const std::string name = file.filename().string();
    if (!name.starts_with("job-") || !name.ends_with(".log")) return;
    Guarded(section, "log " + name, [&] {
      section.Count(target_.SaveLog(file), "log " + name,
                    static_cast<std::int64_t>(fs::file_size(file)));
    });
  });
  target_.FinishLogs();
  section.Finish();
}

}  // namespace mist
