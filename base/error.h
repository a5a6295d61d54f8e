// Failures: the operation cannot go on. Outcomes that a caller must branch on (not found, queue
// full, bad request) are return values instead. Caught at thread entries, protocol edges and retry
// loops only.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace mist {

enum class ErrorCode {
  kInvalidConfig,  // an operator must change a file, option or environment variable
  kInvalidInput,   // a caller sent something that cannot be taken as it is
  kUnavailable,    // a part is stopped or unreachable now; trying again later may help
  kTimeout,        // a part did not answer in time
  kDiskFull,       // no space, or a quota is used up
  kIo,             // another failure of files or sockets
  kCorrupt,        // stored data is not what was written
  kInternal,       // a bug of ours
};

std::string_view ToString(ErrorCode code);

// The message says what was attempted, on what, and what can be done.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode Code() const { return code_; }

 private:
  ErrorCode code_;
};

// Turns errno into kDiskFull or kIo, with the system's text at the end of the message.
[[nodiscard]] Error SystemError(int error_number, const std::string& attempted);

}  // namespace mist
