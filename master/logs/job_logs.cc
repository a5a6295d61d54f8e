#include "master/logs/job_logs.h"

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/test_points.h"
#include "base/thread_name.h"
#include "master/logs/log_files.h"

namespace mist {
namespace {

constexpr std::string_view kPrefix = "job-";
constexpr std::string_view kSuffix = ".log";

// One write may take so much memory once more.
constexpr std::size_t kMaxRunBytes = 1 << 20;

// Lines wait as they came; each also takes the room of its own bookkeeping.
std::size_t BytesOfLines(const std::vector<LogLine>& lines) {
  std::size_t bytes = 0;
  for (const LogLine& line : lines) {
    bytes += sizeof(LogLine) + line.message.size();
    if (line.stack_trace) bytes += line.stack_trace->size();
  }
  return bytes;
}

LogLine LinesWereDropped(const std::vector<LogLine>& lines) {
  return {lines.back().time, LogLevel::kWarn,
          std::to_string(lines.size()) +
              " log lines were dropped here: the master could not write them fast enough",
          std::nullopt};
}

bool IsPlainId(std::string_view id) {
  const auto is_plain = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !id.empty() && id.size() <= 200 && std::all_of(id.begin(), id.end(), is_plain);
}

void CheckPlain(const JobId& job) {
  if (IsPlainId(job.value)) return;
  throw Error(ErrorCode::kInvalidInput, "a job id holds only letters, digits, '_' and '-'");
}

std::string ReadAt(const FileHandle& file, std::int64_t offset, std::size_t bytes,
                   const std::filesystem::path& path) {
  std::string text(bytes, '\0');
  std::size_t filled = 0;
  while (filled < bytes) {
    const ssize_t count = ::pread(file.Descriptor(), text.data() + filled, bytes - filled,
                                  offset + static_cast<std::int64_t>(filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw SystemError(errno, "read " + path.string());
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  text.resize(filled);
  return text;
}

}  // namespace

JobLogs::JobLogs(JobLogsOptions options) : options_(std::move(options)) {
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  if (error) throw SystemError(error.value(), "make folder " + options_.folder.string());
  writer_ = std::thread([this] { WriteLoop(); });
}

JobLogs::~JobLogs() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  writer_.join();
}

void JobLogs::Append(const JobId& job, std::vector<LogLine> lines, Done done) {
  CheckPlain(job);
  Entry entry{job, std::move(lines), 0, std::move(done)};
  entry.bytes = BytesOfLines(entry.lines);
  {
    MutexLock lock(mu_);
    if (queued_bytes_ + entry.bytes > 2 * options_.max_queued_bytes && !entry.lines.empty()) {
      lost_lines_ += static_cast<std::int64_t>(entry.lines.size());
      entry.lines = {LinesWereDropped(entry.lines)};
      entry.bytes = BytesOfLines(entry.lines);
    }
    queued_bytes_ += entry.bytes;
    queue_.push_back(std::move(entry));
  }
  changed_.NotifyAll();
}

bool JobLogs::AwaitRoom(MonoTime deadline) {
  MutexLock lock(mu_);
  return changed_.WaitUntil(
      mu_, deadline, [this]() REQUIRES(mu_) { return queued_bytes_ < options_.max_queued_bytes; });
}

void JobLogs::WriteLoop() {
  NameThisThread("job-logs");
  LogFiles files(options_.max_open_files);
  for (;;) {
    std::deque<Entry> entries = TakeEntries();
    if (entries.empty()) return;
    while (!entries.empty()) {
      const std::vector<Entry> run = TakeRun(entries);
      WriteRun(files, run);
      Release(BytesOf(run));
    }
  }
}

// Empty only when everything is written and the owner goes away.
std::deque<JobLogs::Entry> JobLogs::TakeEntries() {
  MutexLock lock(mu_);
  changed_.Wait(mu_, [this]() REQUIRES(mu_) { return stopping_ || !queue_.empty(); });
  return std::exchange(queue_, {});
}

// What follows for the same job, as much as one write should carry: a new job's first lines come
// one by one and are one write.
std::vector<JobLogs::Entry> JobLogs::TakeRun(std::deque<Entry>& entries) {
  std::vector<Entry> run;
  std::size_t bytes = 0;
  do {
    bytes += entries.front().bytes;
    run.push_back(std::move(entries.front()));
    entries.pop_front();
  } while (!entries.empty() && entries.front().job == run.front().job && bytes < kMaxRunBytes);
  return run;
}

void JobLogs::WriteRun(LogFiles& files, const std::vector<Entry>& run) {
  const JobId& job = run.front().job;
  const std::filesystem::path path = PathOf(job);
  std::string text;
  std::vector<std::size_t> ends;  // in the text, of each entry
  for (const Entry& entry : run) {
    for (const LogLine& line : entry.lines) {
      text += FormatLogLine(job, line, options_.max_line_bytes);
    }
    ends.push_back(text.size());
  }
  try {
    PassTestPoint("log-before-write");
    const std::int64_t begin = files.Append(path, text) - static_cast<std::int64_t>(text.size());
    PassTestPoint("log-after-write");
    TellWritten(run, begin, ends);
  } catch (const Error& error) {
    CountLost(run, error.what());
    for (const Entry& entry : run) {
      if (entry.done) entry.done({false, files.Size(path)});
    }
  }
}

void JobLogs::TellWritten(const std::vector<Entry>& run, std::int64_t begin,
                          const std::vector<std::size_t>& ends) const {
  LogSpan span{begin, begin};
  for (std::size_t i = 0; i < run.size(); ++i) {
    span = {span.end, begin + static_cast<std::int64_t>(ends[i])};
    const Entry& entry = run[i];
    if (options_.on_written && !entry.lines.empty()) {
      options_.on_written(entry.job, entry.lines, span);
    }
    if (entry.done) entry.done({true, span.end});
  }
}

// A full disk loses every line of every job; one report a second is enough, and may go to the same
// disk.
void JobLogs::CountLost(const std::vector<Entry>& run, const std::string& reason) {
  for (const Entry& entry : run) lost_lines_ += static_cast<std::int64_t>(entry.lines.size());
  const MonoTime now = std::chrono::steady_clock::now();
  if (now < next_report_) return;
  next_report_ = now + std::chrono::seconds(1);
  log::Error("job_log_lost", {{"job", run.front().job.value},
                              {"lost_lines", std::to_string(lost_lines_)},
                              {"reason", reason}});
}

std::size_t JobLogs::BytesOf(const std::vector<Entry>& run) {
  return std::accumulate(run.begin(), run.end(), std::size_t{0},
                         [](std::size_t sum, const Entry& entry) { return sum + entry.bytes; });
}

void JobLogs::Release(std::size_t bytes) {
  {
    MutexLock lock(mu_);
    queued_bytes_ -= bytes;
  }
  changed_.NotifyAll();
}

std::optional<LogChunk> JobLogs::Read(const JobId& job, std::int64_t offset,
                                      std::size_t max_bytes) const {
  const std::optional<LogFileInfo> info = Info(job);
  if (!info) return std::nullopt;
  LogChunk chunk;
  chunk.file_bytes = info->bytes;
  if (offset < 0 || offset >= info->bytes) return chunk;
  const auto left = static_cast<std::size_t>(info->bytes - offset);
  const FileHandle file = OpenFile(info->path, O_RDONLY);
  chunk.bytes = ReadAt(file, offset, std::min(max_bytes, left), info->path);
  return chunk;
}

std::optional<LogFileInfo> JobLogs::Info(const JobId& job) const {
  LogFileInfo info;
  info.path = PathOf(job);
  struct stat status {};
  if (::stat(info.path.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw SystemError(errno, "read " + info.path.string());
  }
  info.bytes = status.st_size;
  info.modified = WallTime(std::chrono::seconds(status.st_mtim.tv_sec) +
                           std::chrono::nanoseconds(status.st_mtim.tv_nsec));
  return info;
}

std::vector<StoredLog> JobLogs::List() const {
  std::vector<StoredLog> logs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) continue;
    JobId job{name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size())};
    if (auto info = Info(job)) logs.push_back({std::move(job), std::move(*info)});
  }
  if (error) throw SystemError(error.value(), "list " + options_.folder.string());
  return logs;
}

bool JobLogs::Remove(const JobId& job) const {
  std::error_code error;
  const bool removed = std::filesystem::remove(PathOf(job), error);
  if (error) throw SystemError(error.value(), "remove the log of job " + job.value);
  return removed;
}

std::int64_t JobLogs::Size(const JobId& job) const {
  const std::optional<LogFileInfo> info = Info(job);
  return info ? info->bytes : 0;
}

// Ids come from URLs as well: only plain ones become part of a path.
std::filesystem::path JobLogs::PathOf(const JobId& job) const {
  CheckPlain(job);
  return options_.folder / (std::string(kPrefix) + job.value + std::string(kSuffix));
}

}  // namespace mist
