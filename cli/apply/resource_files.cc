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

bool IsConfName(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".conf" || extension == ".yaml" || extension == ".yml";
}

// The files below a folder. Links to folders are not followed: they may lead back.
class FileSearch {
 public:
  void Search(const fs::path& folder) {
    std::error_code failed;
    const fs::directory_iterator entries(folder, failed);
    if (failed) return AddProblem(folder, failed);
    for (const fs::directory_entry& entry : entries) Look(entry);
  }

  std::vector<std::string> files;
  std::vector<std::string> problems;

 private:
  void Look(const fs::directory_entry& entry) {
    std::error_code failed;
    if (entry.is_directory(failed) && !entry.is_symlink(failed)) return Search(entry.path());
    if (!IsConfName(entry.path())) return;
    const bool is_file = entry.is_regular_file(failed);
    if (failed) return AddProblem(entry.path(), failed);
    if (is_file) files.push_back(entry.path().string());
  }

  void AddProblem(const fs::path& path, const std::error_code& failed) {
    problems.push_back(path.string() + ": " + failed.message());
  }
};

bool AppliesBefore(const Resource& a, const Resource& b) {
  const auto key = [](const Resource& resource) {
    return std::tuple(OrderOf(resource.file), resource.spec.index(), resource.file);
  };
  return key(a) < key(b);
}

}  // namespace

ResourceFiles ReadResourceFiles(const std::string& path, const std::string& user) {
  FileSearch search;
  if (fs::is_directory(path)) {
    search.Search(path);
  } else {
    search.files = {path};
  }
  std::sort(search.files.begin(), search.files.end());
  std::sort(search.problems.begin(), search.problems.end());
  ResourceFiles found{{}, std::move(search.problems)};
  for (const std::string& file : search.files) {
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
