// The spark-submit command line of one worker.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "contexts/context_config.h"
#include "master/workers/spark_home.h"

namespace mist {

// How workers reach the master.
struct MasterAddress {
  std::string worker_host;  // public host of the worker port
  std::uint16_t worker_port = 0;
  std::string
      http_host;  // public host of the HTTP port: drivers in a cluster load the worker jar from it
  std::uint16_t http_port = 0;
};

// For SPARK_LAUNCHER_OPTS: the JVM in which spark-submit computes the real command line lives for a
// fraction of a second and has no use for the optimizing compiler (300 ms with it, 180 ms without
// on two busy cores). The serial collector gains nothing: it cannot map the JVM's archived heap.
inline constexpr char kLauncherOptions[] = "-XX:TieredStopAtLevel=1";

inline constexpr char kWorkerClass[] = "io.hydrosphere.mist.worker.Worker";

// Splits at spaces; a token that starts with " or ' runs to the next same quote, which is not part
// of it; quotes inside a token are not special, and there are no escapes.
std::vector<std::string> SplitRunOptions(std::string_view run_options);

// spark-submit runs the driver in the cluster and not here; from sparkConf or a --deploy-mode in
// the run options.
bool RunsInCluster(const ContextConfig& context);

// The value that spark-submit will use for a setting that has an option of its own, such as
// "--master" for spark.master: the option wins over --conf, and the last of several wins.
std::string EffectiveSetting(const ContextConfig& context, const std::string& option,
                             const std::string& key);

// In the order that Mist 1.1 used: program, run options, --conf entries, class, jar, --master,
// --name. `more_options` come behind the --conf entries.
std::vector<std::string> SubmitCommand(const SparkHome& spark, const ContextConfig& context,
                                       const WorkerId& worker, const MasterAddress& address,
                                       const std::vector<std::string>& more_options = {});

}  // namespace mist
