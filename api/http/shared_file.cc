#include "api/http/shared_file.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"

namespace mist::http {

SharedFile SharedFile::Open(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw SystemError(errno, "opening " + path.string());
  return SharedFile(fd);
}

SharedFile::SharedFile(int fd)
    : fd_(new int(fd), [](const int* held) {
        close(*held);
        delete held;
      }) {}

std::string SharedFile::Read(std::int64_t offset, std::size_t max_bytes) const {
  std::string bytes(max_bytes, '\0');
  ssize_t count = 0;
  do {
    count = pread(*fd_, bytes.data(), bytes.size(), offset);
  } while (count < 0 && errno == EINTR);
  if (count < 0) throw SystemError(errno, "reading a file for a reply");
  bytes.resize(static_cast<std::size_t>(count));
  return bytes;
}

}  // namespace mist::http
