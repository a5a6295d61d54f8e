// One conf file as a resource. The rules are those of Mist 1.1: docs/cli.md.
#pragma once

#include <string>

#include "cli/apply/resource.h"
#include "contexts/config_tree.h"

namespace mist::cli {

// `user` is the prefix of names; empty for none. Throws Error (kInvalidConfig, kIo) whose text
// begins with file and line.
Resource ReadResource(const std::string& file, const std::string& user);

// The same for a tree that was read already.
Resource ToResource(const ConfigNode& root, const std::string& file, const std::string& user);

}  // namespace mist::cli
