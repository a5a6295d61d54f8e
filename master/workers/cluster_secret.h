// How a driver that YARN or Kubernetes starts gets its worker's secret. Nothing of spark-submit's
// environment reaches it; what does are settings such as spark.yarn.appMasterEnv.<NAME>. As --conf
// they would be on a command line, which everybody on the machine can read, so they go into a
// properties file that only the master's user may read. spark-submit takes one such file and then
// ignores spark-defaults.conf: ours holds the contents of the file that would have been used, too.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "contexts/context_config.h"
#include "master/workers/environment.h"
#include "master/workers/worker_runner.h"

namespace mist {

// The setting that puts MIST_WORKER_SECRET into the driver's environment; nullopt when the driver
// gets it in another way.
std::optional<std::string> SecretSetting(const ContextConfig& context);

// The properties that spark-submit would read by itself: --properties-file of the run options, else
// spark-defaults.conf of $SPARK_CONF_DIR or of <spark_home>/conf. Whether it exists is not checked.
std::filesystem::path OwnPropertiesFile(const ContextConfig& context,
                                        const Environment& environment,
                                        const std::filesystem::path& spark_home);

// Writes <folder>/<worker>.properties, mode 0600, in place of `own_file`. Throws Error.
[[nodiscard]] std::filesystem::path WriteSecretProperties(const std::filesystem::path& folder,
                                                          const WorkerOrder& order,
                                                          const std::string& setting,
                                                          const std::filesystem::path& own_file);

// An empty folder that only this user can look into. Throws Error.
void PrepareSecretsFolder(const std::filesystem::path& folder);

}  // namespace mist
