// check-store, backup and restore. The database is master/store's; artifacts and logs are plain
// files, which these commands read, or copy, beside it.
#include <cerrno>
#include <chrono>
#include <ctime>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "master/artifacts/content_store.h"
#include "master/artifacts/digests.h"
#include "master/program/commands.h"
#include "master/store/data_lock.h"
#include "master/store/store_backup.h"
#include "master/store/store_check.h"

namespace mist {
namespace {

using std::filesystem::path;

constexpr std::size_t kReadBytes = 1 << 20;
constexpr char kArtifactFolder[] = "artifacts";
constexpr std::string_view kBackupPrefix = "mist-";
constexpr std::string_view kBackupSuffix = ".db";

// Prints problems, one a line.
class Findings {
 public:
  void Add(const std::string& what, const std::string& remedy) {
    ++count_;
    std::cout << what << "; " << remedy << '\n';
  }
  OnFinding Listener() {
    return [this](const StoreFinding& finding) { Add(finding.what, finding.remedy); };
  }
  int Count() const { return count_; }

 private:
  int count_ = 0;
};

template <typename Take>
void ReadFile(const path& file, Take take) {
  const FileHandle handle = OpenFile(file, O_RDONLY);
  std::string buffer(kReadBytes, '\0');
  for (;;) {
    const ssize_t count = ::read(handle.Descriptor(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SystemError(errno, "read " + file.string());
    if (count == 0) return;
    take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
  }
}

std::string HashOf(const path& file) {
  Hasher hasher;
  ReadFile(file, [&](std::string_view bytes) { hasher.Add(bytes); });
  return hasher.Finish().sha256;
}

bool Exists(const path& file) {
  std::error_code error;
  return std::filesystem::exists(file, error);
}

void MakeFolders(const path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw SystemError(error.value(), "make folder " + folder.string());
}

std::string UtcStamp() {
  const std::time_t now = std::chrono::system_clock::to_time_t(SystemClock().Wall());
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::string text(sizeof "20260101T000000Z" - 1, ' ');
  std::strftime(text.data(), text.size() + 1, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

// A name like `base` that no file has: two backups of one second get different ones.
path FreeName(const std::string& base, std::string_view suffix) {
  path name = base + std::string(suffix);
  for (int i = 2; Exists(name); ++i) name = base + "-" + std::to_string(i) + std::string(suffix);
  return name;
}

// ---- contents of artifacts ----------------------------------------------------------------------

// Contents by SHA-256, and who needs them.
std::map<std::string, std::string> NeededContents(const CheckedStore& store) {
  std::map<std::string, std::string> needed;
  for (const std::string& sha256 : store.unfinished_contents) {
    needed[sha256] = "the artifact with SHA-256 " + sha256 + " of a job that has not ended";
  }
  for (const StoredArtifact& artifact : store.artifacts) {
    needed[artifact.sha256] = "artifact " + artifact.name;
  }
  return needed;
}

void CheckContents(const path& folder, const CheckedStore& store, Findings& findings) {
  constexpr char kRemedy[] = "upload it again";
  for (const auto& [sha256, who] : NeededContents(store)) {
    const path file = ContentPath(folder, sha256);
    try {
      if (!Exists(file)) {
        findings.Add(who + ": its file " + file.string() + " is missing", kRemedy);
      } else if (HashOf(file) != sha256) {
        findings.Add(who + ": the contents of " + file.string() + " are not what was uploaded",
                     kRemedy);
      }
    } catch (const Error& error) {
      findings.Add(who + ": " + error.what(), "check the disk, then upload it again");
    }
  }
}

// Under its final name once it is whole. False when the source is not what its name says.
bool CopyContents(const path& source, const path& target, const std::string& sha256) {
  MakeFolders(target.parent_path());
  const path part = target.string() + ".part";
  Hasher hasher;
  {
    const FileHandle file = OpenFile(part, O_WRONLY | O_CREAT | O_TRUNC);
    ReadFile(source, [&](std::string_view bytes) {
      hasher.Add(bytes);
      WriteAll(file, bytes, part);
    });
    SyncFile(file, part);
  }
  std::error_code error;
  if (hasher.Finish().sha256 != sha256) {
    std::filesystem::remove(part, error);
    return false;
  }
  std::filesystem::rename(part, target, error);
  if (error) throw SystemError(error.value(), "rename " + part.string());
  SyncFolder(target.parent_path());
  return true;
}

// Contents never change, so what is there already stays. Returns how many were copied.
int CopyMissingContents(const path& from, const path& to, const CheckedStore& store,
                        Findings& findings) {
  int copied = 0;
  for (const auto& [sha256, who] : NeededContents(store)) {
    const path source = ContentPath(from, sha256);
    const path target = ContentPath(to, sha256);
    if (Exists(target)) continue;
    if (!Exists(source)) {
      findings.Add(who + ": there is no file " + source.string(), "upload it again");
    } else if (CopyContents(source, target, sha256)) {
      ++copied;
    } else {
      findings.Add(who + ": the contents of " + source.string() + " are not what was uploaded",
                   "upload it again");
    }
  }
  return copied;
}

// ---- logs ---------------------------------------------------------------------------------------

bool IsJobLog(const path& file) {
  const std::string name = file.filename().string();
  return name.starts_with("job-") && name.ends_with(".log");
}

int CheckLogs(const path& folder, Findings& findings) {
  int logs = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (!IsJobLog(entry.path())) continue;
    ++logs;
    try {
      ReadFile(entry.path(), [](std::string_view) {});
    } catch (const Error& failure) {
      findings.Add(std::string("job log: ") + failure.what(),
                   "check the disk and who may read the file; without the file the log is empty");
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    findings.Add("job logs: read " + folder.string() + ": " + error.message(), "check the disk");
  }
  return logs;
}

// ---- what is said -------------------------------------------------------------------------------

std::string Describe(const CheckedStore& store) {
  if (!store.rows_checked && !store.is_older) return "cannot be read as a database of Mist";
  if (!store.rows_checked) {
    return "written by an older version, so its rows were not checked: they can be once this "
           "version has started on it";
  }
  return std::to_string(store.jobs) + " jobs, " + std::to_string(store.unfinished_jobs) +
         " of them not ended; " + std::to_string(store.contexts) + " contexts, " +
         std::to_string(store.functions) + " functions, " + std::to_string(store.artifacts.size()) +
         " artifacts";
}

int Finish(const Findings& findings) {
  if (findings.Count() == 0) return 0;
  std::cout << findings.Count() << (findings.Count() == 1 ? " problem" : " problems") << '\n';
  return 1;
}

// The newest: names are in order of time.
path NewestBackup(const path& folder) {
  path newest;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kBackupPrefix) || !name.ends_with(kBackupSuffix)) continue;
    if (newest.empty() || entry.path().stem() > newest.stem()) newest = entry.path();
  }
  if (newest.empty()) {
    throw Error(ErrorCode::kInvalidInput, "there is no backup (" + std::string(kBackupPrefix) +
                                              "*" + std::string(kBackupSuffix) + ") in " +
                                              folder.string());
  }
  return newest;
}

}  // namespace

int CheckStore(const CommandOptions& options, const path& file) {
  log::SetUp(log::Level::kWarn, "");
  const LoadedConfig loaded = LoadConfigFor(options);
  const path database = file.empty() ? path(loaded.config.database_file) : file;
  Findings findings;
  const CheckedStore store = CheckDatabase(database, findings.Listener());
  std::cout << database.string() << ": " << Describe(store) << '\n';
  if (file.empty()) {
    CheckContents(loaded.config.artifact_folder, store, findings);
    const int logs = CheckLogs(loaded.config.log_folder, findings);
    std::cout << loaded.config.log_folder << ": " << logs << " job logs\n";
  }
  if (findings.Count() == 0) std::cout << "no problems\n";
  return Finish(findings);
}

int BackUpStore(const CommandOptions& options, const path& target) {
  log::SetUp(log::Level::kWarn, "");
  const LoadedConfig loaded = LoadConfigFor(options);
  const bool is_folder = !target.has_filename() || std::filesystem::is_directory(target);
  if (is_folder) MakeFolders(target);
  const path file =
      is_folder ? FreeName((target / kBackupPrefix).string() + UtcStamp(), kBackupSuffix) : target;

  Findings findings;
  const CheckedStore store = BackUpDatabase(loaded.config.database_file, file, findings.Listener());
  std::cout << file.string() << ": " << Describe(store) << '\n';
  if (is_folder) {
    const path artifacts = target / kArtifactFolder;
    const int copied =
        CopyMissingContents(loaded.config.artifact_folder, artifacts, store, findings);
    std::cout << artifacts.string() << ": " << copied << " files new\n";
  } else {
    std::cout << "not in it: artifacts (" << loaded.config.artifact_folder << ")\n";
  }
  std::cout << "not in it: job logs (" << loaded.config.log_folder << "), configuration files\n";
  return Finish(findings);
}

int RestoreStore(const CommandOptions& options, const path& source) {
  log::SetUp(log::Level::kWarn, "");
  const LoadedConfig loaded = LoadConfigFor(options);
  const path backup = std::filesystem::is_directory(source) ? NewestBackup(source) : source;
  const path database = loaded.config.database_file;
  const DataLock lock(loaded.config.data_directory);

  Findings findings;
  const auto restored = RestoreDatabase(
      backup, database, FreeName(database.string() + ".before-restore-" + UtcStamp(), ""),
      findings.Listener());
  if (!restored) {
    std::cout << "nothing was changed: " << backup.string() << " is damaged; use another backup\n";
    return Finish(findings);
  }
  std::cout << database.string() << ": " << Describe(restored->contents) << '\n';
  if (restored->kept) std::cout << "the old database is " << restored->kept->string() << '\n';
  const int copied =
      CopyMissingContents(std::filesystem::absolute(backup).parent_path() / kArtifactFolder,
                          loaded.config.artifact_folder, restored->contents, findings);
  std::cout << loaded.config.artifact_folder << ": " << copied << " files restored\n";
  if (restored->contents.unfinished_jobs > 0) {
    std::cout << "jobs that wait in it are run by the next start, also when they ran after the "
                 "backup was made\n";
  }
  return Finish(findings);
}

}  // namespace mist
