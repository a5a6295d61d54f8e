// Sizes as people read them.
#pragma once

#include <cstddef>
#include <string>

namespace mist::cli {

// "812 bytes", "1.5 KiB", "20.0 MiB".
std::string ByteCount(std::size_t bytes);

}  // namespace mist::cli
