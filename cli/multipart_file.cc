#include "cli/multipart_file.h"

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/ids.h"

namespace mist::cli {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;

// As browsers do: what would end the quoted name is percent-encoded.
std::string QuotedName(const std::string& name) {
  std::string quoted;
  for (const char c : name) {
    if (c == '"') {
      quoted += "%22";
    } else if (c == '\r' || c == '\n') {
      quoted += c == '\r' ? "%0D" : "%0A";
    } else {
      quoted += c;
    }
  }
  return quoted;
}

}  // namespace

MultipartFile::MultipartFile(const std::string& file_name, const std::string& local_file)
    : boundary_("mist-" + NewSecret()),
      head_("--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" +
            QuotedName(file_name) + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"),
      tail_("\r\n--" + boundary_ + "--\r\n"),
      file_(local_file, std::ios::binary | std::ios::ate) {
  if (!file_) throw SystemError(errno, "opening the artifact " + local_file);
  file_size_ = static_cast<std::size_t>(file_.tellg());
}

std::string MultipartFile::ContentType() const {
  return "multipart/form-data; boundary=" + boundary_;
}

std::string MultipartFile::Read(std::size_t offset, std::size_t length) {
  if (offset < head_.size()) return head_.substr(offset, length);
  offset -= head_.size();
  if (offset >= file_size_) return tail_.substr(offset - file_size_, length);

  std::string piece(std::min({length, file_size_ - offset, kPieceBytes}), '\0');
  file_.seekg(static_cast<std::streamoff>(offset));
  file_.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  piece.resize(static_cast<std::size_t>(file_.gcount()));
  return piece;
}

}  // namespace mist::cli
