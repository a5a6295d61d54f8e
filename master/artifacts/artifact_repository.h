// Artifacts: uploaded files that hold functions. Contents are immutable and stored once, by their
// SHA-256; a name is a row in the store that points at contents and may be pointed elsewhere later,
// while running jobs keep theirs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/mutex.h"
#include "master/artifacts/content_store.h"
#include "master/store/store.h"

namespace mist {

struct ArtifactRepositoryOptions {
  std::filesystem::path folder;  // made when it is missing
  std::int64_t max_artifact_bytes = 250 << 20;
  // Files on the master's disk that clients see beside what they uploaded: the paths of
  // router.conf.
  std::set<std::string> offered_paths = {};
};

// What a function's `path` stands for at this moment.
struct ResolvedArtifact {
  std::string name;  // the path as it was given: an artifact's name, or a path on the master's disk
  std::string sha1;
  std::string sha256;
  ArtifactFile file;
  WallTime created = {};  // of a file on the master's disk: when it was last changed
};

enum class [[nodiscard]] SaveOutcome{
    kCreated,
    kReplaced,   // the name stood for other contents; only with Overwrite::kYes
    kSame,       // the name already stands for exactly these contents; nothing was written
    kNameTaken,  // the name stands for other contents and stays so
};

enum class Overwrite { kNo, kYes };

struct SavedArtifact {
  SaveOutcome outcome;
  StoredArtifact artifact;  // what the name stands for now
};

// One upload: streamed to a temporary file and hashed on the way. Destroyed without Finish(), it
// leaves nothing behind. Used by one thread at a time. Must not outlive the repository.
class ArtifactUpload {
 public:
  virtual ~ArtifactUpload() = default;
  // Throws Error (kDiskFull, kIo).
  virtual WriteOutcome Write(std::string_view bytes) = 0;
  // Once: makes the contents durable, then the name. Throws Error (kDiskFull, kIo, what the store
  // reports).
  virtual SavedArtifact Finish(Overwrite overwrite) = 0;
};

// Owns the artifact folder and the artifact rows of the store. Any thread, but never the broker's:
// calls wait for the disk. The names are kept in memory, so look-ups of names touch neither disk
// nor store.
class ArtifactRepository {
 public:
  // Removes what interrupted uploads left behind. Throws Error.
  ArtifactRepository(const ArtifactRepositoryOptions& options, Store& store, Clock& clock);
  ArtifactRepository(const ArtifactRepository&) = delete;
  ArtifactRepository& operator=(const ArtifactRepository&) = delete;

  // Callers check ArtifactNameProblem() first; a bad name throws Error (kInvalidInput).
  [[nodiscard]] std::unique_ptr<ArtifactUpload> BeginUpload(const std::string& name);

  // False when there is no such name. The contents stay: jobs may be using them.
  [[nodiscard]] bool Delete(const std::string& name) EXCLUDES(mu_);

  std::vector<StoredArtifact> List() const EXCLUDES(mu_);  // by name
  // Throws Error (kCorrupt) for one whose row is damaged, until it is uploaded again.
  std::optional<StoredArtifact> Find(const std::string& name) const EXCLUDES(mu_);

  // What clients may read: uploaded artifacts, and those of the offered paths that are files now.
  std::vector<std::string> OfferedNames() const EXCLUDES(mu_);
  // nullopt for a name that is not offered, whatever file it may stand for. Throws as Resolve().
  std::optional<ResolvedArtifact> FindOffered(const std::string& name) EXCLUDES(mu_);

  // nullopt when there are no such contents, or sha256 is not 64 lower-case hex digits.
  std::optional<ArtifactFile> FindContents(const std::string& sha256) const;

  // Contents that no artifact has, and no file that was taken in as a function's. A job may still
  // need them. Throws Error.
  std::vector<KeptContents> Unnamed() const EXCLUDES(mu_);
  // False, and nothing happens, when they have a name by now. Throws Error.
  [[nodiscard]] bool RemoveUnnamed(const std::string& sha256) EXCLUDES(mu_);

  // A function's `path`: an artifact's name first, else a regular file on the master's disk
  // (relative to its working directory), whose contents are then taken in. nullopt when it is
  // neither. Throws Error (kInvalidInput) when the file is larger than the limit, kDiskFull, kIo.
  std::optional<ResolvedArtifact> Resolve(const std::string& path) EXCLUDES(mu_);

 private:
  class Upload;
  class NameLock;
  // Tells one state of a local file from another without reading it.
  struct FileVersion {
    std::int64_t modified_ns = 0;
    std::int64_t bytes = 0;
    std::uint64_t inode = 0;
    auto operator<=>(const FileVersion&) const = default;
  };
  struct ImportedFile {
    FileVersion version;
    Digests digests;
  };

  bool HasNameLocked(const std::string& sha256) const REQUIRES(mu_);
  std::optional<StoredArtifact> FindWhole(const std::string& name) const EXCLUDES(mu_);
  SavedArtifact Save(const std::string& name, ContentWriter& writer, Overwrite overwrite)
      EXCLUDES(mu_);
  ResolvedArtifact ResolveUploaded(const StoredArtifact& artifact) const;
  std::optional<ResolvedArtifact> ResolveLocalFile(const std::string& path) EXCLUDES(mu_);
  std::optional<Digests> FindImported(const std::string& path, const FileVersion& version) const
      EXCLUDES(mu_);
  Digests Import(const std::string& path, const FileHandle& file);
  static FileVersion VersionOf(const FileHandle& file);

  const std::set<std::string> offered_paths_;
  ContentStore contents_;  // synchronizes itself
  Store& store_;           // synchronizes itself
  Clock& clock_;           // synchronizes itself
  mutable Mutex mu_;
  CondVar name_released_;
  std::map<std::string, StoredArtifact> artifacts_ GUARDED_BY(mu_);  // by name; durable ones only
  std::set<std::string> damaged_ GUARDED_BY(mu_);
  std::set<std::string> names_in_use_ GUARDED_BY(mu_);            // being written or deleted now
  std::map<std::string, ImportedFile> imported_ GUARDED_BY(mu_);  // local files, by path as given
};

}  // namespace mist
