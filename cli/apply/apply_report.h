// What apply tells people in the end: how to look at and call what they have deployed.
#pragma once

#include <random>
#include <string>

#include "cli/apply/applier.h"
#include "cli/apply/resource.h"
#include "cli/server_address.h"

namespace mist::cli {

// The hints for one applied resource; `result` is what became of it.
std::string UsageHints(const Resource& resource, const ApplyResult& result,
                       const ServerAddress& address, std::mt19937& random);

}  // namespace mist::cli
