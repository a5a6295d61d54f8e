// Inside of config_tree: what its two readers share. Nobody else includes this.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "contexts/config_tree.h"

namespace mist {

// No configuration needs more; the libraries behind the readers recurse once for each level.
inline constexpr std::size_t kMaxConfigDepth = 64;

// Refuses text that is too long or holds NUL characters.
void RefuseUnreadable(std::string_view text, const std::string& name);

// `text` is what the file holds; reading it again from `path` lets its includes be found beside it.
ConfigNode ParseHoconFile(const std::string& path, const std::string& text,
                          const ConfigVariables& variables);

}  // namespace mist
