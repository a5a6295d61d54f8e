// Files of an old installation, and rows of its database, for tests that need some.
#pragma once

#include <filesystem>
#include <string>

#include "master/import/job_row.h"

namespace mist::testing {

// Makes the folders on the way.
void WriteFile(const std::filesystem::path& file, const std::string& text);
std::string ReadFile(const std::filesystem::path& file);

// A job that has finished, with every column.
JobRow MakeRow();

// The id of the n-th job: random ones begin with any digits.
std::string OldId(int n);

}  // namespace mist::testing
