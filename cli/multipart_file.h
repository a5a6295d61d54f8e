// A multipart/form-data body with one part named `file`, read from the disk piece by piece:
// artifacts are large, and the body's length must be known before it is sent.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace mist::cli {

class MultipartFile {
 public:
  // Throws Error (kIo) when the local file cannot be opened.
  MultipartFile(const std::string& file_name, const std::string& local_file);

  std::size_t Size() const { return head_.size() + file_size_ + tail_.size(); }
  std::string ContentType() const;

  // At least one and at most `length` bytes from `offset`; empty when the file became shorter.
  std::string Read(std::size_t offset, std::size_t length);

 private:
  std::string boundary_;
  std::string head_;
  std::string tail_;
  std::ifstream file_;
  std::size_t file_size_ = 0;
};

}  // namespace mist::cli
