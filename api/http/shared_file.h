// An open file that a reply is sent from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace mist::http {

// Opened for reading; closed with the last copy. Reads do not move a common position.
class SharedFile {
 public:
  // Throws Error when it cannot be opened.
  static SharedFile Open(const std::filesystem::path& path);

  // Up to max_bytes from offset; empty at the end. Throws Error.
  std::string Read(std::int64_t offset, std::size_t max_bytes) const;

 private:
  explicit SharedFile(int fd);
  std::shared_ptr<const int> fd_;
};

}  // namespace mist::http
