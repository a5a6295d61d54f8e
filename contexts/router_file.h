// Functions that a file declares: the router.conf of Mist 1.1, one HOCON object for each function
// with path, className and namespace (its default context), and, which is ours, the retries,
// retry-on and retry-backoff of a context. ${location} is the file's folder.
#pragma once

#include <string>
#include <vector>

#include "contexts/function_config.h"

namespace mist {

// Throws Error: kInvalidConfig that names every problem with its place, or kIo.
std::vector<FunctionConfig> ReadRouterFile(const std::string& path);

}  // namespace mist
