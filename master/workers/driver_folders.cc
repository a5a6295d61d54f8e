#include "master/workers/driver_folders.h"

#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "base/error.h"
#include "base/log.h"
#include "master/workers/worker_secrets.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

constexpr char kTempParent[] = "/tmp";  // java.io.tmpdir, when nobody sets it

std::string ValueOr(const Environment& environment, const std::string& name,
                    const std::string& otherwise) {
  const auto found = environment.find(name);
  return found == environment.end() ? otherwise : found->second;
}

}  // namespace

DriverFolders DriverFoldersOf(const fs::path& home, const WorkerId& worker,
                              const std::string& secret) {
  // Short, since a socket's path below it may have 107 bytes only.
  return {fs::path(kTempParent) / ("mist-worker-" + FingerprintOf(secret)),
          fs::absolute(home / ("worker-" + worker.value)).lexically_normal()};
}

// The last of two options counts for Java.
void UseDriverFolders(const DriverFolders& folders, Environment& environment) {
  if (mkdir(folders.temp.c_str(), S_IRWXU) != 0)
    throw SystemError(errno, "making the folder " + folders.temp.string());
  Environment first = {{"options", "-Djava.io.tmpdir=" + folders.temp.string()}};
  Append(first, "options", ' ', ValueOr(environment, "SPARK_SUBMIT_OPTS", ""));
  environment["SPARK_SUBMIT_OPTS"] = first["options"];
  environment["MIST_HOME"] = folders.work.parent_path().string();
}

void RemoveDriverFolders(const DriverFolders& folders, const fs::path& output,
                         ProcessStarter& processes) {
  ProcessSpec removal{.command = {"rm", "-rf", "--"},
                      .environment = ToStrings(OwnEnvironment()),
                      .output_file = output};
  for (const fs::path& folder : {folders.temp, folders.work}) {
    std::error_code error;
    fs::remove(folder, error);
    if (error) removal.command.push_back(folder.string());
  }
  if (removal.command.back() == "--") return;
  try {
    (void)processes.Start(std::move(removal), [](const ProcessEnd&) {});
  } catch (const std::exception& error) {
    log::Warn("worker_files_left", {{"folder", folders.temp.string()}, {"reason", error.what()}});
  }
}

}  // namespace mist
