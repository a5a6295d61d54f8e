// Files known by what is in them: <folder>/sha256/ab/abcd... Each is written to <folder>/incoming,
// synced and renamed, so a file under its final name is whole. Nothing here knows names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "master/artifacts/digests.h"

namespace mist {

// Where contents are below the folder of a ContentStore. The digest is one of ours.
std::filesystem::path ContentPath(const std::filesystem::path& folder, const std::string& sha256);

// Contents on disk. The file never changes and stays where it is while the master runs.
struct ArtifactFile {
  std::filesystem::path path;
  std::int64_t bytes = 0;
};

struct KeptContents {
  std::string sha256;
  std::int64_t bytes = 0;
  WallTime kept;  // when they came, for the last time
};

enum class [[nodiscard]] WriteOutcome{
    kTaken,
    kTooLarge,  // more than the limit; what was written can only be abandoned
};

// One file on its way in. Destroyed without Keep(), it leaves nothing behind. Used by one thread at
// a time.
class ContentWriter {
 public:
  ContentWriter(std::filesystem::path folder, std::int64_t max_bytes);
  ~ContentWriter();
  ContentWriter(const ContentWriter&) = delete;
  ContentWriter& operator=(const ContentWriter&) = delete;

  // Throws Error (kDiskFull, kIo).
  WriteOutcome Write(std::string_view bytes);
  // Nothing can be written after the first call.
  const Digests& Finish();
  // Makes the file durable under its final name. Throws Error.
  void Keep();

  std::int64_t Bytes() const { return bytes_; }

 private:
  const std::filesystem::path folder_;
  const std::int64_t max_bytes_;
  std::filesystem::path temporary_;
  FileHandle file_;
  Hasher hasher_;
  std::int64_t bytes_ = 0;
  std::optional<Digests> digests_;
  bool too_large_ = false;
  bool kept_ = false;
};

// Any thread.
class ContentStore {
 public:
  // Makes the folders and removes what interrupted uploads left behind. Throws Error.
  ContentStore(const std::filesystem::path& folder, std::int64_t max_bytes);

  std::unique_ptr<ContentWriter> NewWriter() const;
  // nullopt when there are no such contents, or sha256 is not 64 lower-case hex digits.
  std::optional<ArtifactFile> Find(const std::string& sha256) const;
  // All that is kept, in no order. Throws Error.
  std::vector<KeptContents> List() const;
  // Throws Error.
  void Remove(const std::string& sha256) const;
  std::int64_t MaxBytes() const { return max_bytes_; }

 private:
  const std::filesystem::path folder_;
  const std::int64_t max_bytes_;
};

}  // namespace mist
