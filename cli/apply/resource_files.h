// The conf files below a path, in the order in which they are applied.
#pragma once

#include <string>
#include <vector>

#include "cli/apply/resource.h"

namespace mist::cli {

struct ResourceFiles {
  std::vector<Resource> resources;
  std::vector<std::string>
      problems;  // of files and folders that cannot be read, with file and line

  std::size_t Count() const { return resources.size() + problems.size(); }
};

// `path` is a file, or a folder searched with its subfolders for *.conf, *.yaml and *.yml. Order:
// the two digits that a file's name begins with (none: last), then artifacts, contexts, functions,
// then path. What cannot be read is a problem; the rest is read.
ResourceFiles ReadResourceFiles(const std::string& path, const std::string& user);

// 7 for "07_context.conf"; 1000 for a name without two digits.
int OrderOf(const std::string& file);

}  // namespace mist::cli
