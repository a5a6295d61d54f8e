// A temporary folder that a test fills with files.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_folder.h"

namespace mist::cli {

class ConfFolder {
 public:
  // Returns the path of the new file; folders on the way are made.
  std::string Write(const std::string& name, const std::string& content) const {
    const std::filesystem::path path = folder_.Path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

  std::string Path() const { return folder_.Path().string(); }

 private:
  testing::TempFolder folder_;
};

}  // namespace mist::cli
