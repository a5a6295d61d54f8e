#include "cli/apply/resource_files.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <tuple>

#include "base/error.h"
#include "cli/apply/resource_reader.h"

namespace mist::cli {
namespace {

namespace fs = std::filesystem;

bool IsConfFile(const fs::directory_entry& entry) {
  const std::string extension = entry.path().extension().string();
  return entry.is_regular_file() &&
         (extension == ".conf" || extension == ".yaml" || extension == ".yml");
}

std::vector<std::string> FindFiles(const std::string& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<std::string> files;
  try {
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (IsConfFile(entry)) files.push_back(entry.path().string());
    }
  } catch (const fs::filesystem_error& e) {
    throw Error(ErrorCode::kIo, "searching " + path + " for conf files: " + e.code().message());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool AppliesBefore(const Resource& a, const Resource& b) {
  const auto key = [](const Resource& resource) {
    return std::tuple(OrderOf(resource.file), resource.spec.index(), resource.file);
  };
  return key(a) < key(b);
}

}  // namespace

ResourceFiles ReadResourceFiles(const std::string& path, const std::string& user) {
  ResourceFiles found;
  for (const std::string& file : FindFiles(path)) {
    try {
      found.resources.push_back(ReadResource(file, user));
    } catch (const Error& e) {
      found.problems.emplace_back(e.what());
    }
  }
  std::sort(found.resources.begin(), found.resources.end(), AppliesBefore);
  return found;
}

int OrderOf(const std::string& file) {
  constexpr int kLast = 1000;
  const std::string name = fs::path(file).filename().string();
  const auto is_digit = [&](std::size_t i) {
    return std::isdigit(static_cast<unsigned char>(name[i])) != 0;
  };
  const bool is_numbered = name.size() >= 2 && is_digit(0) && is_digit(1);
  return is_numbered ? (name[0] - '0') * 10 + (name[1] - '0') : kLast;
}

}  // namespace mist::cli
