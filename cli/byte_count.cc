#include "cli/byte_count.h"

namespace mist::cli {

std::string ByteCount(std::size_t bytes) {
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return std::to_string(bytes) + " bytes";
  std::size_t unit = 0;
  std::size_t scaled = bytes;  // in parts of 1/1024 of the unit
  while (scaled >= 1024 * 1024 && unit + 1 < std::size(kUnits)) {
    scaled /= 1024;
    ++unit;
  }
  const std::size_t tenths = scaled * 10 / 1024;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + kUnits[unit];
}

}  // namespace mist::cli
