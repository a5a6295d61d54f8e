#include "master/workers/output_tail.h"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "contexts/utf8.h"

namespace mist {
namespace {

constexpr std::uintmax_t kMaxBytes = 64 << 10;

std::string ReadEnd(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return {};
  const std::uintmax_t length = std::min(size, kMaxBytes);
  file.seekg(static_cast<std::streamoff>(size - length));
  std::string text(length, '\0');
  file.read(text.data(), static_cast<std::streamsize>(length));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// The reason ends in a job's log and in JSON, so it must be clean text.
void ReplaceInvalidUtf8(std::string& text) {
  std::size_t checked = 0;
  while (const auto bad = FindInvalidUtf8(std::string_view(text).substr(checked))) {
    text[checked + *bad] = '?';
    checked += *bad + 1;
  }
}

std::vector<std::string_view> NonEmptyLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::filesystem::path WorkerLogFile(const std::filesystem::path& folder, const std::string& prefix,
                                    const WorkerId& worker) {
  std::string name = worker.value;
  std::replace(name.begin(), name.end(), '/', '_');
  return folder / (prefix + name + ".log");
}

std::optional<std::filesystem::path> FindWorkerLog(const std::filesystem::path& folder,
                                                   const WorkerId& id) {
  if (id.value.find('\0') != std::string::npos) return std::nullopt;
  for (const char* prefix : {kLocalWorkerLog, kDockerWorkerLog, kManualWorkerLog}) {
    std::filesystem::path file = WorkerLogFile(folder, prefix, id);
    std::error_code missing;
    if (std::filesystem::is_regular_file(file, missing)) return file;
  }
  return std::nullopt;
}

std::string LastLines(const std::filesystem::path& file, std::size_t max_lines) {
  std::string text = ReadEnd(file);
  ReplaceInvalidUtf8(text);
  const std::vector<std::string_view> lines = NonEmptyLines(text);
  std::string joined;
  for (std::size_t i = lines.size() - std::min(max_lines, lines.size()); i < lines.size(); ++i) {
    if (!joined.empty()) joined += ';';
    joined += lines[i];
  }
  return joined;
}

}  // namespace mist
