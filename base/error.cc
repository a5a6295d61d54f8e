#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace mist {

std::string_view ToString(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidConfig:
      return "invalid-config";
    case ErrorCode::kInvalidInput:
      return "invalid-input";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kDiskFull:
      return "disk-full";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "unknown";
}

Error SystemError(int error_number, const std::string& attempted) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT;
  return Error(full ? ErrorCode::kDiskFull : ErrorCode::kIo,
               attempted + ": " + std::generic_category().message(error_number));
}

}  // namespace mist
