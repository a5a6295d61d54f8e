#include "master/import/h2_history.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "master/import/line_process.h"

namespace mist {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr char kUrlStart[] = "jdbc:h2:";
constexpr char kFileStart[] = "file:";
constexpr char kCopyName[] = "history";
constexpr std::array<const char*, 2> kExtensions{".mv.db", ".h2.db"};
constexpr std::size_t kShownErrorBytes = 2'000;

// A folder below the system's for temporary files; it goes with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "mist-import-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw SystemError(errno, "make a folder " + name);
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& Path() const { return path_; }

 private:
  fs::path path_;
};

// H2 holds a lock on the file as long as it has it open.
void RefuseFileInUse(const fs::path& file) {
  const FileHandle handle = OpenFile(file, O_RDONLY);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(handle.Descriptor(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return;
  throw Error(ErrorCode::kUnavailable, file.string() + " is in use by process " +
                                           std::to_string(lock.l_pid) +
                                           ": stop the old master first");
}

fs::path CopyInto(const fs::path& folder, const fs::path& file) {
  const std::string extension =
      file.string().ends_with(kExtensions[0]) ? kExtensions[0] : kExtensions[1];
  std::error_code error;
  fs::copy_file(file, folder / (kCopyName + extension), error);
  if (error) {
    throw SystemError(error.value(), "copy " + file.string() + " to " + folder.string() +
                                         " (set TMPDIR to a folder with room for it)");
  }
  return folder / kCopyName;
}

std::vector<std::string> EnvironmentFor(const OldDatabase& database) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  environment.push_back("MIST_H2_USER=" + database.user);
  environment.push_back("MIST_H2_PASSWORD=" + database.password);
  return environment;
}

std::string ReadShort(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  std::string shown = text.str().substr(0, kShownErrorBytes);
  while (!shown.empty() && shown.back() == '\n') shown.pop_back();
  return shown;
}

class H2History : public JobHistory {
 public:
  H2History(fs::path file, const OldDatabase& database, const H2HistoryOptions& options)
      : file_(std::move(file)),
        errors_(folder_.Path() / "errors"),
        process_({options.java.string(), "-cp", options.jar.string(),
                  "io.hydrosphere.mist.h2.History", CopyInto(folder_.Path(), file_).string()},
                 EnvironmentFor(database), errors_) {}

  std::int64_t CountRows() override {
    const std::optional<std::string> line = process_.NextLine();
    if (!line) {
      [[maybe_unused]] const bool failed = process_.AwaitSuccess();  // its reason is complete then
      ThrowUnreadable();
    }
    return std::stoll(Json::parse(*line).at("rows").get<std::string>());
  }

  void Read(const TakeRow& take) override {
    while (const std::optional<std::string> line = process_.NextLine()) take(ParseRow(*line));
    if (!process_.AwaitSuccess()) ThrowUnreadable();
  }

 private:
  static JobRow ParseRow(const std::string& line) {
    JobRow row;
    const Json columns = Json::parse(line);
    for (const auto& [name, value] : columns.items()) {
      if (!value.is_null()) row.Set(name, value.get<std::string>());
    }
    return row;
  }

  [[noreturn]] void ThrowUnreadable() const {
    throw Error(ErrorCode::kCorrupt,
                "H2 cannot read " + file_.string() + ": " + ReadShort(errors_));
  }

  const fs::path file_;
  const TemporaryFolder folder_;
  const fs::path errors_;
  LineProcess process_;  // last: ends before its folder goes
};

}  // namespace

fs::path FindH2File(const std::string& jdbc_url, const fs::path& folder) {
  std::string_view name = std::string_view(jdbc_url).substr(std::string_view(kUrlStart).size());
  name = name.substr(0, name.find(';'));
  if (name.starts_with(kFileStart)) name.remove_prefix(std::string_view(kFileStart).size());
  if (name.empty() || name.find(':') != std::string_view::npos) {
    throw Error(ErrorCode::kInvalidConfig,
                "the job history is in " + jdbc_url +
                    ", which names no file of this machine; give --db-url jdbc:h2:file:<path>");
  }
  for (const char* extension : kExtensions) {
    const fs::path file = folder / (std::string(name) + extension);
    if (fs::exists(file)) return file;
  }
  return {};
}

std::unique_ptr<JobHistory> OpenH2History(const fs::path& file, const OldDatabase& database,
                                          const H2HistoryOptions& options) {
  RefuseFileInUse(file);
  if (!fs::exists(options.jar)) {
    throw Error(ErrorCode::kInvalidConfig,
                "the program that reads H2 databases is missing: " + options.jar.string() +
                    "; build it (scripts/build) or set MIST_HOME to a complete installation");
  }
  return std::make_unique<H2History>(file, database, options);
}

}  // namespace mist
