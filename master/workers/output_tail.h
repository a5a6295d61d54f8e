// The end of what a process has written, for the reason of a failed start.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace mist {

// The last lines of the file joined by ";", at most max_lines of them and 64 KiB; empty when it
// cannot be read. Bytes that are not UTF-8 become question marks.
std::string LastLines(const std::filesystem::path& file, std::size_t max_lines);

}  // namespace mist
