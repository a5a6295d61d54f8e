#include "master/workers/cluster_secret.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

// Empty when there is no such file; spark-submit takes that for no properties as well.
std::string ContentsOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The last one counts, as in spark-submit.
std::string PropertiesOption(const ContextConfig& context) {
  return EffectiveSetting(context, "--properties-file", "");
}

}  // namespace

std::optional<std::string> SecretSetting(const ContextConfig& context) {
  if (!RunsInCluster(context)) return std::nullopt;
  const std::string master = EffectiveSetting(context, "--master", "spark.master");
  if (master.starts_with("yarn")) return "spark.yarn.appMasterEnv.MIST_WORKER_SECRET";
  if (master.starts_with("k8s://")) return "spark.kubernetes.driverEnv.MIST_WORKER_SECRET";
  return std::nullopt;
}

fs::path OwnPropertiesFile(const ContextConfig& context, const Environment& environment,
                           const fs::path& spark_home) {
  if (const std::string option = PropertiesOption(context); !option.empty()) return option;
  const auto folder = environment.find("SPARK_CONF_DIR");
  const bool given = folder != environment.end() && !folder->second.empty();
  return (given ? fs::path(folder->second) : spark_home / "conf") / "spark-defaults.conf";
}

fs::path WriteSecretProperties(const fs::path& folder, const WorkerOrder& order,
                               const std::string& setting, const fs::path& own_file) {
  std::string name = order.worker.value;
  std::replace(name.begin(), name.end(), '/', '_');
  const fs::path path = folder / (name + ".properties");
  const FileHandle file = OpenFile(path, O_WRONLY | O_CREAT | O_EXCL);
  if (fchmod(file.Descriptor(), S_IRUSR | S_IWUSR) != 0) {
    throw SystemError(errno, "protecting " + path.string());
  }
  // Ours first: a backslash at the end of the other file must not swallow it.
  WriteAll(file, setting + "=" + order.secret + "\n" + ContentsOf(own_file), path);
  return path;
}

void PrepareSecretsFolder(const fs::path& folder) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::owner_all);
}

}  // namespace mist
