#include "master/artifacts/artifact_repository.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"
#include "master/artifacts/artifact_name.h"

namespace mist {
namespace {

constexpr std::size_t kReadBytes = 256 << 10;

// nullopt when there is no regular file of that path.
std::optional<FileHandle> OpenRegularFile(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) return std::nullopt;
  // Without O_NONBLOCK the open of a named pipe would wait for a writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG) return std::nullopt;
    throw SystemError(errno, "open the artifact " + path);
  }
  FileHandle file(descriptor);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw SystemError(errno, "read " + path);
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return file;
}

}  // namespace

// Makes writes to one name wait for each other, without a lock that is held across the disk.
class ArtifactRepository::NameLock {
 public:
  NameLock(ArtifactRepository& repository, const std::string& name)
      : repository_(repository), name_(name) {
    MutexLock lock(repository_.mu_);
    repository_.name_released_.Wait(repository_.mu_, [this]() REQUIRES(repository_.mu_) {
      return repository_.names_in_use_.insert(name_).second;
    });
  }
  ~NameLock() {
    {
      MutexLock lock(repository_.mu_);
      repository_.names_in_use_.erase(name_);
    }
    repository_.name_released_.NotifyAll();
  }
  NameLock(const NameLock&) = delete;
  NameLock& operator=(const NameLock&) = delete;

 private:
  ArtifactRepository& repository_;
  const std::string name_;
};

class ArtifactRepository::Upload : public ArtifactUpload {
 public:
  Upload(ArtifactRepository& repository, std::string name)
      : repository_(repository),
        name_(std::move(name)),
        writer_(repository.contents_.NewWriter()) {}

  WriteOutcome Write(std::string_view bytes) override { return writer_->Write(bytes); }

  SavedArtifact Finish(Overwrite overwrite) override {
    return repository_.Save(name_, *writer_, overwrite);
  }

 private:
  ArtifactRepository& repository_;
  const std::string name_;
  const std::unique_ptr<ContentWriter> writer_;
};

ArtifactRepository::ArtifactRepository(const ArtifactRepositoryOptions& options, Store& store,
                                       Clock& clock)
    : offered_paths_(options.offered_paths),
      contents_(options.folder, options.max_artifact_bytes),
      store_(store),
      clock_(clock) {
  for (StoredArtifact& artifact : store_.Artifacts()) {
    std::string name = artifact.name;
    artifacts_.emplace(std::move(name), std::move(artifact));
  }
  for (const std::string& name : store_.DamagedNames(NamedTable::kArtifacts)) {
    log::Error("store_row_damaged",
               {{"row", "artifact " + name}, {"effect", "not there until it is uploaded again"}});
    damaged_.insert(name);
  }
}

std::unique_ptr<ArtifactUpload> ArtifactRepository::BeginUpload(const std::string& name) {
  if (const auto problem = ArtifactNameProblem(name)) {
    throw Error(ErrorCode::kInvalidInput, *problem);
  }
  return std::make_unique<Upload>(*this, name);
}

SavedArtifact ArtifactRepository::Save(const std::string& name, ContentWriter& writer,
                                       Overwrite overwrite) {
  const Digests& digests = writer.Finish();
  const NameLock lock(*this, name);
  const std::optional<StoredArtifact> existing = FindWhole(name);
  const bool same = existing && existing->sha256 == digests.sha256;
  if (same && contents_.Find(digests.sha256)) return {SaveOutcome::kSame, *existing};
  if (existing && !same && overwrite == Overwrite::kNo) return {SaveOutcome::kNameTaken, *existing};

  writer.Keep();
  if (same) return {SaveOutcome::kSame, *existing};
  StoredArtifact artifact{name, digests.sha1, digests.sha256, writer.Bytes(), clock_.Wall()};
  store_.Write({SaveArtifact{artifact.name, artifact.sha1, artifact.sha256, artifact.bytes,
                             artifact.created}});
  MutexLock guard(mu_);
  artifacts_[name] = artifact;
  damaged_.erase(name);
  return {existing ? SaveOutcome::kReplaced : SaveOutcome::kCreated, std::move(artifact)};
}

bool ArtifactRepository::Delete(const std::string& name) {
  const NameLock lock(*this, name);
  if (!Find(name)) return false;
  store_.Write({DeleteArtifact{name}});
  MutexLock guard(mu_);
  artifacts_.erase(name);
  return true;
}

std::vector<StoredArtifact> ArtifactRepository::List() const {
  MutexLock lock(mu_);
  std::vector<StoredArtifact> list;
  list.reserve(artifacts_.size());
  for (const auto& [name, artifact] : artifacts_) list.push_back(artifact);
  return list;
}

std::optional<StoredArtifact> ArtifactRepository::Find(const std::string& name) const {
  {
    MutexLock lock(mu_);
    if (damaged_.contains(name)) {
      throw Error(ErrorCode::kCorrupt, "store: the row of artifact " + name +
                                           " does not match its checksum; upload it again or "
                                           "restore a backup");
    }
  }
  return FindWhole(name);
}

std::optional<StoredArtifact> ArtifactRepository::FindWhole(const std::string& name) const {
  MutexLock lock(mu_);
  const auto found = artifacts_.find(name);
  if (found == artifacts_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> ArtifactRepository::OfferedNames() const {
  std::set<std::string> names;
  for (StoredArtifact& artifact : List()) names.insert(std::move(artifact.name));
  for (const std::string& path : offered_paths_) {
    std::error_code missing;
    if (std::filesystem::is_regular_file(path, missing)) names.insert(path);
  }
  return {names.begin(), names.end()};
}

std::optional<ResolvedArtifact> ArtifactRepository::FindOffered(const std::string& name) {
  if (const auto artifact = Find(name)) return ResolveUploaded(*artifact);
  return offered_paths_.count(name) > 0 ? ResolveLocalFile(name) : std::nullopt;
}

std::optional<ArtifactFile> ArtifactRepository::FindContents(const std::string& sha256) const {
  return contents_.Find(sha256);
}

std::vector<KeptContents> ArtifactRepository::Unnamed() const {
  std::vector<KeptContents> all = contents_.List();
  MutexLock lock(mu_);
  // Whose contents a damaged row has is not known.
  if (!damaged_.empty()) return {};
  std::erase_if(all, [this](const KeptContents& contents)
                         REQUIRES(mu_) { return HasNameLocked(contents.sha256); });
  return all;
}

// An upload of the same contents that ends between the check and the removal would lose its file,
// so uploads wait meanwhile. Removing a file takes no time that matters.
bool ArtifactRepository::RemoveUnnamed(const std::string& sha256) {
  MutexLock lock(mu_);
  if (HasNameLocked(sha256) || !names_in_use_.empty()) return false;
  contents_.Remove(sha256);
  return true;
}

bool ArtifactRepository::HasNameLocked(const std::string& sha256) const {
  const auto has = [&](const auto& digests) { return digests.sha256 == sha256; };
  return std::any_of(artifacts_.begin(), artifacts_.end(),
                     [&](const auto& entry) { return has(entry.second); }) ||
         std::any_of(imported_.begin(), imported_.end(),
                     [&](const auto& entry) { return has(entry.second.digests); });
}

std::optional<ResolvedArtifact> ArtifactRepository::Resolve(const std::string& path) {
  const std::optional<StoredArtifact> artifact = Find(path);
  return artifact ? ResolveUploaded(*artifact) : ResolveLocalFile(path);
}

ResolvedArtifact ArtifactRepository::ResolveUploaded(const StoredArtifact& artifact) const {
  std::optional<ArtifactFile> file = contents_.Find(artifact.sha256);
  if (!file) {
    throw Error(ErrorCode::kCorrupt, "the contents of artifact " + artifact.name +
                                         " are missing on the disk; upload it again");
  }
  return {artifact.name, artifact.sha1, artifact.sha256, std::move(*file), artifact.created};
}

std::optional<ResolvedArtifact> ArtifactRepository::ResolveLocalFile(const std::string& path) {
  const std::optional<FileHandle> local = OpenRegularFile(path);
  if (!local) return std::nullopt;
  const FileVersion version = VersionOf(*local);
  const WallTime changed = FromEpochMillis(version.modified_ns / 1'000'000);
  if (const auto digests = FindImported(path, version)) {
    if (auto file = contents_.Find(digests->sha256)) {
      return ResolvedArtifact{path, digests->sha1, digests->sha256, std::move(*file), changed};
    }
  }
  const Digests digests = Import(path, *local);
  if (VersionOf(*local) == version) {  // else it changed while it was read: look again next time
    MutexLock lock(mu_);
    imported_[path] = {version, digests};
  }
  std::optional<ArtifactFile> file = contents_.Find(digests.sha256);
  if (!file)
    throw Error(ErrorCode::kIo, "the artifact " + path + " vanished while it was taken in");
  return ResolvedArtifact{path, digests.sha1, digests.sha256, std::move(*file), changed};
}

std::optional<Digests> ArtifactRepository::FindImported(const std::string& path,
                                                        const FileVersion& version) const {
  MutexLock lock(mu_);
  const auto found = imported_.find(path);
  if (found == imported_.end() || found->second.version != version) return std::nullopt;
  return found->second.digests;
}

Digests ArtifactRepository::Import(const std::string& path, const FileHandle& file) {
  const std::unique_ptr<ContentWriter> writer = contents_.NewWriter();
  std::vector<char> buffer(kReadBytes);
  for (;;) {
    const ssize_t count = ::read(file.Descriptor(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SystemError(errno, "read the artifact " + path);
    if (count == 0) break;
    if (writer->Write({buffer.data(), static_cast<std::size_t>(count)}) ==
        WriteOutcome::kTooLarge) {
      throw Error(ErrorCode::kInvalidInput, "the artifact " + path +
                                                " is larger than the limit of " +
                                                std::to_string(contents_.MaxBytes()) + " bytes");
    }
  }
  writer->Keep();
  return writer->Finish();
}

ArtifactRepository::FileVersion ArtifactRepository::VersionOf(const FileHandle& file) {
  struct stat status {};
  if (::fstat(file.Descriptor(), &status) != 0) throw SystemError(errno, "read an artifact");
  return {status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec, status.st_size,
          status.st_ino};
}

}  // namespace mist
