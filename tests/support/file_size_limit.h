// Makes every write that would lengthen a file beyond a size fail, as a full disk does, without
// needing rights.
#pragma once

#include <csignal>
#include <cstdint>

#include <sys/resource.h>

namespace mist::testing {

// For the whole process, from construction to destruction: files cannot grow beyond max_bytes.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::int64_t max_bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    rlimit limit = old_limit_;
    limit.rlim_cur = static_cast<rlim_t>(max_bytes);
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*old_handler_)(int);
  rlimit old_limit_{};
};

}  // namespace mist::testing
