// How far the database has come, in a small file beside it. SQLite takes the first frame of its
// write-ahead log that is cut off or damaged for the log's end: the store would be as it was some
// commits ago, and nobody would know.
//
// The writer notes after each commit where the log ends. The note is not synced, so a power cut may
// leave an older one, or a torn one, which its checksum shows; but none is ahead of what is
// durable. A note about a log that has been begun anew meanwhile says nothing about the new one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "master/broker/job_event.h"

namespace mist {

struct CommitMark {
  std::uint64_t log_salt = 0;    // drawn when a log is begun: tells it from all others
  std::uint64_t log_frames = 0;  // with the last one of the commit
  EventNumber last_event = 0;    // that was committed, then or before

  bool operator==(const CommitMark&) const = default;
};

// What a log with this header has drawn. Its header is its first 32 bytes.
inline constexpr std::size_t kLogHeaderBytes = 32;
std::uint64_t LogSaltOf(std::string_view header);

struct LostCommits {
  std::string what;
  std::string remedy;
};

// nullopt: none that are known of. Reads only; a master may run.
std::optional<LostCommits> FindLostCommits(const std::filesystem::path& database);

// Before another database takes the place of this one. Throws Error.
void RemoveCommitMark(const std::filesystem::path& database);

// Used by one thread at a time. Outlives the connections that write: when the last one is closed
// well there is no log any more, and then no mark.
class CommitMarkFile {
 public:
  // Before the database is opened. Throws Error: kCorrupt when commits are lost; every file is as
  // it was then.
  explicit CommitMarkFile(std::filesystem::path database);
  ~CommitMarkFile();
  CommitMarkFile(const CommitMarkFile&) = delete;
  CommitMarkFile& operator=(const CommitMarkFile&) = delete;

  // After the commit. A mark that cannot be written is logged once, and the one before stays.
  void Write(const CommitMark& mark);

 private:
  const std::filesystem::path database_;
  FileHandle file_;  // opened by the first Write()
  bool failing_ = false;
};

}  // namespace mist
