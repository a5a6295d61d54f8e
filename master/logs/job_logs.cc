#include "master/logs/job_logs.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "master/logs/log_files.h"

namespace mist {
namespace {

// Lines wait as they came; each also takes the room of its own bookkeeping.
std::size_t BytesOf(const std::vector<LogLine>& lines) {
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
  Entry entry{PathOf(job), job, std::move(lines), 0, std::move(done)};
  entry.bytes = BytesOf(entry.lines);
  {
    MutexLock lock(mu_);
    if (queued_bytes_ + entry.bytes > 2 * options_.max_queued_bytes && !entry.lines.empty()) {
      lost_lines_ += static_cast<std::int64_t>(entry.lines.size());
      entry.lines = {LinesWereDropped(entry.lines)};
      entry.bytes = BytesOf(entry.lines);
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
  LogFiles files(options_.max_open_files);
  for (;;) {
    const std::deque<Entry> entries = TakeEntries();
    if (entries.empty()) return;
    for (const Entry& entry : entries) {
      WriteEntry(files, entry);
      Release(entry.bytes);
    }
  }
}

// Empty only when everything is written and the owner goes away.
std::deque<JobLogs::Entry> JobLogs::TakeEntries() {
  MutexLock lock(mu_);
  changed_.Wait(mu_, [this]() REQUIRES(mu_) { return stopping_ || !queue_.empty(); });
  return std::exchange(queue_, {});
}

void JobLogs::WriteEntry(LogFiles& files, const Entry& entry) {
  std::string text;
  for (const LogLine& line : entry.lines) {
    text += FormatLogLine(entry.job, line, options_.max_line_bytes);
  }
  LogWrite write;
  try {
    write.file_bytes = files.Append(entry.path, text);
    write.written = true;
  } catch (const Error& error) {
    write.file_bytes = files.Size(entry.path);
    CountLost(entry, error.what());
  }
  if (entry.done) entry.done(write);
}

// A full disk loses every line of every job; one report a second is enough, and may go to the same
// disk.
void JobLogs::CountLost(const Entry& entry, const std::string& reason) {
  lost_lines_ += static_cast<std::int64_t>(entry.lines.size());
  const MonoTime now = std::chrono::steady_clock::now();
  if (now < next_report_) return;
  next_report_ = now + std::chrono::seconds(1);
  log::Error(
      "job_log_lost",
      {{"job", entry.job.value}, {"lost_lines", std::to_string(lost_lines_)}, {"reason", reason}});
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

// Ids come from URLs as well: only plain ones become part of a path.
std::filesystem::path JobLogs::PathOf(const JobId& job) const {
  if (!IsPlainId(job.value)) {
    throw Error(ErrorCode::kInvalidInput, "a job id holds only letters, digits, '_' and '-'");
  }
  return options_.folder / ("job-" + job.value + ".log");
}

}  // namespace mist
