#include "master/workers/submit_command.h"

#include <gtest/gtest.h>

namespace mist {
namespace {

using Strings = std::vector<std::string>;

constexpr char kJarUrl[] = "http://master:2004/v2/api/artifacts_internal/mist-worker.jar";
constexpr char kJarFile[] = "/mist/lib/mist-worker_2.13.jar";

Strings Command(const ContextConfig& context, const Strings& more_options = {}) {
  const SparkHome spark{"/spark", "4.0.0", "2.13", kJarFile};
  return SubmitCommand(spark, context, WorkerId{"ctx_1"},
                       MasterAddress{"master", 2551, "master", 2004}, more_options);
}

std::string JarOf(const ContextConfig& context) {
  const Strings command = Command(context);
  return command[command.size() - 5];
}

TEST(SubmitCommandTest, HasItsPartsInTheOrderOfMist11) {
  ContextConfig context;
  context.run_options = "--verbose --conf \"a=b c\"";
  context.spark_conf = {{"spark.cores.max", "2"}, {"spark.master", "local[2]"}};
  EXPECT_EQ(Command(context),
            (Strings{"/spark/bin/spark-submit", "--verbose", "--conf", "a=b c", "--conf",
                     "spark.cores.max=2", "--conf", "spark.master=local[2]", "--class",
                     "io.hydrosphere.mist.worker.Worker", kJarFile, "--master", "master:2551",
                     "--name", "ctx_1"}));
}

TEST(SubmitCommandTest, SplitsRunOptionsAtSpacesAndKeepsQuotedTokensWhole) {
  EXPECT_EQ(SplitRunOptions(""), Strings{});
  EXPECT_EQ(SplitRunOptions("  a   b "), (Strings{"a", "b"}));
  EXPECT_EQ(SplitRunOptions("'a b' \"c 'd'\""), (Strings{"a b", "c 'd'"}));
  EXPECT_EQ(SplitRunOptions("k=\"a b\""), (Strings{"k=\"a", "b\""}));
  EXPECT_EQ(SplitRunOptions("'never closed"), (Strings{"never closed"}));
  EXPECT_EQ(SplitRunOptions("''"), (Strings{""}));
}

TEST(SubmitCommandTest, GivesTheJarAsAFileWhereTheDriverSeesTheMastersDisk) {
  ContextConfig context;
  EXPECT_EQ(JarOf(context), kJarFile);
  context.spark_conf["spark.master"] = "spark://host:7077";
  EXPECT_EQ(JarOf(context), kJarFile);
  context.spark_conf["spark.master"] = "yarn";
  context.spark_conf["spark.submit.deployMode"] = "cluster";
  EXPECT_EQ(JarOf(context), kJarFile);
}

TEST(SubmitCommandTest, GivesTheJarAsAUrlWhereTheClusterLoadsIt) {
  ContextConfig context;
  context.spark_conf["spark.master"] = "k8s://https://host";
  EXPECT_EQ(JarOf(context), kJarUrl);
  context.spark_conf["spark.master"] = "spark://host:7077";
  context.spark_conf["spark.submit.deployMode"] = "cluster";
  EXPECT_EQ(JarOf(context), kJarUrl);
}

TEST(SubmitCommandTest, WritesTheLinesForYarnAndKubernetes) {
  ContextConfig context;
  context.run_options = "--queue 'night shift'";
  context.spark_conf = {{"spark.master", "yarn"}, {"spark.submit.deployMode", "cluster"}};
  EXPECT_EQ(Command(context, {"--properties-file", "/secret"}),
            (Strings{"/spark/bin/spark-submit", "--queue", "night shift", "--conf",
                     "spark.master=yarn", "--conf", "spark.submit.deployMode=cluster",
                     "--properties-file", "/secret", "--class", "io.hydrosphere.mist.worker.Worker",
                     kJarFile, "--master", "master:2551", "--name", "ctx_1"}));
  context.run_options = "";
  context.spark_conf["spark.master"] = "k8s://https://host:6443";
  EXPECT_EQ(Command(context),
            (Strings{"/spark/bin/spark-submit", "--conf", "spark.master=k8s://https://host:6443",
                     "--conf", "spark.submit.deployMode=cluster", "--class",
                     "io.hydrosphere.mist.worker.Worker", kJarUrl, "--master", "master:2551",
                     "--name", "ctx_1"}));
}

TEST(SubmitCommandTest, OpensJavaForTheDriverOfAStandaloneCluster) {
  const auto java_options = [](const ContextConfig& context) {
    const std::string key = "spark.driver.extraJavaOptions=";
    for (const std::string& word : Command(context)) {
      if (word.starts_with(key)) return word.substr(key.size());
    }
    return std::string();
  };
  ContextConfig context;
  context.spark_conf = {{"spark.master", "spark://host:7077"}};
  EXPECT_EQ(java_options(context), "");
  context.spark_conf["spark.submit.deployMode"] = "cluster";
  EXPECT_NE(java_options(context).find("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"),
            std::string::npos);
  context.spark_conf["spark.driver.extraJavaOptions"] = "-Downs=1";
  EXPECT_TRUE(java_options(context).ends_with(" -Downs=1"));
}

TEST(SubmitCommandTest, FindsTheDeployModeInRunOptionsToo) {
  ContextConfig context;
  EXPECT_FALSE(RunsInCluster(context));
  context.run_options = "--deploy-mode cluster";
  EXPECT_TRUE(RunsInCluster(context));
  context.run_options = "--deploy-mode=cluster";
  EXPECT_TRUE(RunsInCluster(context));
  context.run_options = "--conf spark.submit.deployMode=cluster";
  EXPECT_TRUE(RunsInCluster(context));
  context.spark_conf["spark.submit.deployMode"] =
      "client";  // comes later on the command line and wins
  EXPECT_FALSE(RunsInCluster(context));
}

}  // namespace
}  // namespace mist
