// The logs of all jobs: one append-only file per job, `job-<id>.log` in one folder.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "master/logs/log_line.h"

namespace mist {

class LogFiles;

// Where in a job's file some lines are.
struct LogSpan {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

// What was just added to a job's log. Called on the writing thread: must neither block nor throw.
using LinesWritten =
    std::function<void(const JobId& job, const std::vector<LogLine>& lines, LogSpan span)>;

struct JobLogsOptions {
  std::filesystem::path folder;             // made when it is missing
  std::size_t max_line_bytes = 1 << 20;     // a longer message or stack trace is cut and marked
  std::size_t max_queued_bytes = 64 << 20;  // AwaitRoom() holds writers back above this
  std::size_t max_open_files = 256;         // the least recently written ones are closed
  LinesWritten on_written = {};             // empty: nobody listens
};

// What became of one Append().
struct LogWrite {
  bool written = false;  // false: the lines are lost (disk full, broken disk); the reason is in the
                         // master's log
  std::int64_t file_bytes = 0;  // size of the job's file after these lines
};

struct LogChunk {
  std::string bytes;            // empty at or after the end
  std::int64_t file_bytes = 0;  // size of the whole file
};

struct LogFileInfo {
  std::filesystem::path path;
  std::int64_t bytes = 0;
  WallTime modified;
};

// A log's file, and whose it is.
struct StoredLog {
  JobId job;
  LogFileInfo file;
};

// Owns the log folder and one thread that writes. Append() and AwaitRoom() from any thread, so may
// all reads. The destructor writes what was appended. A log that cannot be written never stops a
// job: the loss is counted and logged.
class JobLogs {
 public:
  // Runs on the writing thread after the lines are in the file (not synced to disk). Must not
  // throw.
  using Done = std::function<void(const LogWrite& write)>;

  // Throws Error when the folder cannot be made.
  explicit JobLogs(JobLogsOptions options);
  ~JobLogs();
  JobLogs(const JobLogs&) = delete;
  JobLogs& operator=(const JobLogs&) = delete;

  // Lines of one job stay in the order of the calls. Never blocks on the disk. Beyond twice
  // max_queued_bytes the lines are replaced by one that counts them; who calls AwaitRoom() first
  // never gets there. Throws Error (kInvalidInput) for an id that is no plain file name.
  void Append(const JobId& job, std::vector<LogLine> lines, Done done = {}) EXCLUDES(mu_);

  // Waits until less than max_queued_bytes are queued. False when the deadline passed first. For
  // the threads that bring in lines from workers, so that a worker logs as fast as the disk takes
  // it; never for the broker's thread.
  [[nodiscard]] bool AwaitRoom(MonoTime deadline) EXCLUDES(mu_);

  // nullopt: no line was written yet. An offset beyond the end gives an empty chunk. Throws Error.
  std::optional<LogChunk> Read(const JobId& job, std::int64_t offset, std::size_t max_bytes) const;
  std::optional<LogFileInfo> Info(const JobId& job) const;
  std::int64_t Size(const JobId& job) const;  // 0 when no line was written yet

  // Every log that has a file, in no order. Throws Error.
  std::vector<StoredLog> List() const;
  // False when there is no file. Lines that come later begin a new one. Throws Error.
  bool Remove(const JobId& job) const;

  // Lines that were lost since the start.
  std::int64_t LostLines() const { return lost_lines_; }

 private:
  struct Entry {
    JobId job;
    std::vector<LogLine> lines;
    std::size_t bytes = 0;
    Done done;
  };

  void WriteLoop();
  std::deque<Entry> TakeEntries() EXCLUDES(mu_);
  static std::vector<Entry> TakeRun(std::deque<Entry>& entries);
  static std::size_t BytesOf(const std::vector<Entry>& run);
  void WriteRun(LogFiles& files, const std::vector<Entry>& run);
  void TellWritten(const std::vector<Entry>& run, std::int64_t begin,
                   const std::vector<std::size_t>& ends) const;
  void CountLost(const std::vector<Entry>& run, const std::string& reason);
  void Release(std::size_t bytes) EXCLUDES(mu_);
  std::filesystem::path PathOf(const JobId& job) const;

  const JobLogsOptions options_;  // constant after construction
  std::atomic<std::int64_t> lost_lines_ = 0;
  MonoTime next_report_;  // used by writer_ only
  Mutex mu_;
  CondVar changed_;
  std::deque<Entry> queue_ GUARDED_BY(mu_);
  std::size_t queued_bytes_ GUARDED_BY(mu_) = 0;  // of the queue and of what is being written
  bool stopping_ GUARDED_BY(mu_) = false;
  std::thread writer_;  // last: stops before the fields it uses die
};

}  // namespace mist
