// The open files of the job logs, a bounded number of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <string_view>
#include <unordered_map>

#include "base/file.h"

namespace mist {

// Appends to files by path and keeps the last used ones open. Used by one thread.
class LogFiles {
 public:
  explicit LogFiles(std::size_t max_open) : max_open_(max_open) {}

  // Adds the bytes as a whole and returns the file's size afterwards. When the disk is full, what
  // was written of them is taken back, so that a file never ends in half a line. Throws Error.
  std::int64_t Append(const std::filesystem::path& path, std::string_view bytes);

  // 0 when there is no such file.
  std::int64_t Size(const std::filesystem::path& path) const;

 private:
  struct OpenLog {
    std::filesystem::path path;
    FileHandle file;
    std::int64_t bytes = 0;
  };
  using OpenLogs = std::list<OpenLog>;

  OpenLog& Open(const std::filesystem::path& path);

  const std::size_t max_open_;
  OpenLogs logs_;  // the last used one first
  std::unordered_map<std::string, OpenLogs::iterator> by_path_;
};

}  // namespace mist
