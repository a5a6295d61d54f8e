// The SHA-1 by which the API names an artifact's content.
#pragma once

#include <string>

namespace mist::cli {

// 40 lower-case hex digits. Throws Error (kIo) when the file cannot be read.
std::string ArtifactSha(const std::string& path);

}  // namespace mist::cli
