#include "master/logs/log_files.h"

#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"

namespace mist {

std::int64_t LogFiles::Append(const std::filesystem::path& path, std::string_view bytes) {
  OpenLog& log = Open(path);
  try {
    WriteAll(log.file, bytes, path);
  } catch (const Error&) {
    // When even this fails there is half a line in the log, which is better than no master.
    [[maybe_unused]] const int result = ::ftruncate(log.file.Descriptor(), log.bytes);
    throw;
  }
  log.bytes += static_cast<std::int64_t>(bytes.size());
  return log.bytes;
}

std::int64_t LogFiles::Size(const std::filesystem::path& path) const {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<std::int64_t>(bytes);
}

LogFiles::OpenLog& LogFiles::Open(const std::filesystem::path& path) {
  if (const auto known = by_path_.find(path.native()); known != by_path_.end()) {
    logs_.splice(logs_.begin(), logs_, known->second);
    return logs_.front();
  }
  OpenLog log{path, OpenFile(path, O_WRONLY | O_CREAT | O_APPEND), 0};
  log.bytes = ::lseek(log.file.Descriptor(), 0, SEEK_END);
  logs_.push_front(std::move(log));
  by_path_[path.native()] = logs_.begin();
  if (logs_.size() > max_open_) {
    by_path_.erase(logs_.back().path.native());
    logs_.pop_back();
  }
  return logs_.front();
}

}  // namespace mist
