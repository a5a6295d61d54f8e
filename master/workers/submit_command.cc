#include "master/workers/submit_command.h"

#include <algorithm>
#include <map>
#include <optional>

namespace mist {
namespace {

std::string Setting(const ContextConfig& context, const std::string& key) {
  const auto found = context.spark_conf.find(key);
  return found == context.spark_conf.end() ? "" : found->second;
}

// Spark needs these doors of Java 17 open. Its launcher opens them for every driver but that of a
// standalone cluster, whose command line the cluster's worker makes. The list is that of Spark's
// JavaModuleOptions.
constexpr char kModuleOptions[] =
    "-XX:+IgnoreUnrecognizedVMOptions"
    " --add-opens=java.base/java.lang=ALL-UNNAMED"
    " --add-opens=java.base/java.lang.invoke=ALL-UNNAMED"
    " --add-opens=java.base/java.lang.reflect=ALL-UNNAMED"
    " --add-opens=java.base/java.io=ALL-UNNAMED"
    " --add-opens=java.base/java.net=ALL-UNNAMED"
    " --add-opens=java.base/java.nio=ALL-UNNAMED"
    " --add-opens=java.base/java.util=ALL-UNNAMED"
    " --add-opens=java.base/java.util.concurrent=ALL-UNNAMED"
    " --add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED"
    " --add-opens=java.base/jdk.internal.ref=ALL-UNNAMED"
    " --add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
    " --add-opens=java.base/sun.nio.cs=ALL-UNNAMED"
    " --add-opens=java.base/sun.security.action=ALL-UNNAMED"
    " --add-opens=java.base/sun.util.calendar=ALL-UNNAMED"
    " --add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED"
    " -Djdk.reflect.useDirectMethodHandle=false";

std::map<std::string, std::string> SparkConf(const ContextConfig& context) {
  auto conf = context.spark_conf;
  const bool standalone =
      EffectiveSetting(context, "--master", "spark.master").starts_with("spark://");
  if (standalone && RunsInCluster(context)) {
    constexpr char kKey[] = "spark.driver.extraJavaOptions";
    const std::string own = EffectiveSetting(context, "--driver-java-options", kKey);
    conf[kKey] = own.empty() ? kModuleOptions : kModuleOptions + (" " + own);
  }
  return conf;
}

std::string WorkerJar(const SparkHome& spark, const ContextConfig& context,
                      const MasterAddress& address) {
  const std::string master = EffectiveSetting(context, "--master", "spark.master");
  const bool loaded_by_cluster =
      master.starts_with("k8s://") || (!master.starts_with("yarn") && RunsInCluster(context));
  if (!loaded_by_cluster) return spark.worker_jar.string();
  return "http://" + address.http_host + ":" + std::to_string(address.http_port) +
         "/v2/api/artifacts_internal/mist-worker.jar";
}

}  // namespace

std::vector<std::string> SplitRunOptions(std::string_view run_options) {
  std::vector<std::string> tokens;
  for (;;) {
    const std::size_t begin = run_options.find_first_not_of(' ');
    if (begin == std::string_view::npos) return tokens;
    run_options.remove_prefix(begin);
    const char quote = run_options.front();
    const bool quoted = quote == '"' || quote == '\'';
    if (quoted) run_options.remove_prefix(1);
    const std::size_t end = std::min(run_options.find(quoted ? quote : ' '), run_options.size());
    tokens.emplace_back(run_options.substr(0, end));
    run_options.remove_prefix(std::min(end + 1, run_options.size()));
  }
}

std::string EffectiveSetting(const ContextConfig& context, const std::string& option,
                             const std::string& key) {
  const std::vector<std::string> options = SplitRunOptions(context.run_options);
  std::optional<std::string> from_option;
  std::optional<std::string> from_conf;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const std::string next = i + 1 < options.size() ? options[i + 1] : "";
    if (options[i] == option) from_option = next;
    if (options[i].starts_with(option + "=")) from_option = options[i].substr(option.size() + 1);
    if (options[i] == "--conf" && next.starts_with(key + "="))
      from_conf = next.substr(key.size() + 1);
  }
  if (from_option) return *from_option;
  if (context.spark_conf.contains(key)) return Setting(context, key);
  return from_conf.value_or("");
}

bool RunsInCluster(const ContextConfig& context) {
  return EffectiveSetting(context, "--deploy-mode", "spark.submit.deployMode") == "cluster";
}

std::vector<std::string> SubmitCommand(const SparkHome& spark, const ContextConfig& context,
                                       const WorkerId& worker, const MasterAddress& address,
                                       const std::vector<std::string>& more_options) {
  std::vector<std::string> command = {spark.SparkSubmit().string()};
  for (std::string& option : SplitRunOptions(context.run_options))
    command.push_back(std::move(option));
  for (const auto& [key, value] : SparkConf(context)) {
    command.insert(command.end(), {"--conf", key + "=" + value});
  }
  command.insert(command.end(), more_options.begin(), more_options.end());
  command.insert(command.end(), {"--class", kWorkerClass, WorkerJar(spark, context, address)});
  command.insert(command.end(),
                 {"--master", address.worker_host + ":" + std::to_string(address.worker_port)});
  command.insert(command.end(), {"--name", worker.value});
  return command;
}

}  // namespace mist
