#include "master/artifacts/content_store.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/log.h"

namespace mist {
namespace {

constexpr char kIncoming[] = "incoming";
constexpr char kKept[] = "sha256";
constexpr std::size_t kSha256Digits = 64;

// Unique within the process; files of earlier processes were removed at the start.
std::string NewTemporaryName() {
  static std::atomic<std::uint64_t> last = 0;
  return "upload-" + std::to_string(++last);
}

bool IsSha256(const std::string& text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == kSha256Digits && std::all_of(text.begin(), text.end(), is_hex);
}

// The new folder itself is durable when this returns.
void MakeFolder(const std::filesystem::path& folder) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  if (error) throw SystemError(error.value(), "make folder " + folder.string());
  if (made) SyncFolder(folder.parent_path());
}

void RemoveLeftovers(const std::filesystem::path& folder) {
  std::error_code error;
  std::uintmax_t removed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    removed += std::filesystem::remove_all(entry.path(), error);
  }
  if (error) throw SystemError(error.value(), "clean up " + folder.string());
  if (removed > 0) log::Info("interrupted_uploads_removed", {{"files", std::to_string(removed)}});
}

}  // namespace

// Every call of a function asks for it, and a path is taken apart each time that one is added to
// it.
std::filesystem::path ContentPath(const std::filesystem::path& folder, const std::string& sha256) {
  return folder.native() + '/' + kKept + '/' + sha256.substr(0, 2) + '/' + sha256;
}

ContentStore::ContentStore(const std::filesystem::path& folder, std::int64_t max_bytes)
    : folder_(std::filesystem::absolute(folder)), max_bytes_(max_bytes) {
  MakeFolder(folder_);
  MakeFolder(folder_ / kKept);
  MakeFolder(folder_ / kIncoming);
  RemoveLeftovers(folder_ / kIncoming);
}

std::unique_ptr<ContentWriter> ContentStore::NewWriter() const {
  return std::make_unique<ContentWriter>(folder_, max_bytes_);
}

std::optional<ArtifactFile> ContentStore::Find(const std::string& sha256) const {
  if (!IsSha256(sha256)) return std::nullopt;
  std::filesystem::path path = ContentPath(folder_, sha256);
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) return std::nullopt;
  return ArtifactFile{std::move(path), static_cast<std::int64_t>(bytes)};
}

std::vector<KeptContents> ContentStore::List() const {
  std::vector<KeptContents> found;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entries(folder_ / kKept, error);
  for (; !error && entries != std::filesystem::end(entries); entries.increment(error)) {
    struct stat status {};
    const std::string name = entries->path().filename().string();
    if (!IsSha256(name) || ::stat(entries->path().c_str(), &status) != 0) continue;
    found.push_back({name, status.st_size, FromEpochMillis(status.st_mtim.tv_sec * 1000LL)});
  }
  if (error) throw SystemError(error.value(), "list " + folder_.string());
  return found;
}

void ContentStore::Remove(const std::string& sha256) const {
  std::error_code error;
  std::filesystem::remove(ContentPath(folder_, sha256), error);
  if (error) throw SystemError(error.value(), "remove the contents " + sha256);
}

ContentWriter::ContentWriter(std::filesystem::path folder, std::int64_t max_bytes)
    : folder_(std::move(folder)),
      max_bytes_(max_bytes),
      temporary_(folder_ / kIncoming / NewTemporaryName()),
      file_(OpenFile(temporary_, O_WRONLY | O_CREAT | O_EXCL)) {}

ContentWriter::~ContentWriter() {
  if (kept_) return;
  std::error_code ignored;  // a file that stays is removed by the next start
  std::filesystem::remove(temporary_, ignored);
}

WriteOutcome ContentWriter::Write(std::string_view bytes) {
  if (bytes_ + static_cast<std::int64_t>(bytes.size()) > max_bytes_) {
    too_large_ = true;
    return WriteOutcome::kTooLarge;
  }
  WriteAll(file_, bytes, temporary_);
  hasher_.Add(bytes);
  bytes_ += static_cast<std::int64_t>(bytes.size());
  return WriteOutcome::kTaken;
}

const Digests& ContentWriter::Finish() {
  if (!digests_) digests_ = hasher_.Finish();
  return *digests_;
}

// Renamed even when the contents are there already: they are the same, and a file that somebody
// damaged is whole again.
void ContentWriter::Keep() {
  if (too_large_) {
    throw Error(ErrorCode::kInvalidInput, "an upload beyond the size limit cannot be kept");
  }
  const std::filesystem::path path = ContentPath(folder_, Finish().sha256);
  MakeFolder(path.parent_path());
  SyncFile(file_, temporary_);
  std::error_code error;
  std::filesystem::rename(temporary_, path, error);
  if (error) throw SystemError(error.value(), "rename " + temporary_.string());
  kept_ = true;
  SyncFolder(path.parent_path());
}

}  // namespace mist
