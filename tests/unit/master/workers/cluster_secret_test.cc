#include "master/workers/cluster_secret.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/temp_folder.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

ContextConfig Cluster(const std::string& master) {
  ContextConfig context;
  context.spark_conf = {{"spark.master", master}, {"spark.submit.deployMode", "cluster"}};
  return context;
}

TEST(ClusterSecretTest, IsNeededWhereTheEnvironmentOfSparkSubmitDoesNotArrive) {
  EXPECT_EQ(SecretSetting(Cluster("yarn")), "spark.yarn.appMasterEnv.MIST_WORKER_SECRET");
  EXPECT_EQ(SecretSetting(Cluster("k8s://https://host")),
            "spark.kubernetes.driverEnv.MIST_WORKER_SECRET");
  EXPECT_EQ(SecretSetting(Cluster("spark://host:7077")), std::nullopt);
  ContextConfig client = Cluster("yarn");
  client.spark_conf["spark.submit.deployMode"] = "client";
  EXPECT_EQ(SecretSetting(client), std::nullopt);
}

TEST(ClusterSecretTest, FindsThePropertiesThatSparkSubmitWouldRead) {
  ContextConfig context = Cluster("yarn");
  EXPECT_EQ(OwnPropertiesFile(context, {}, "/spark"), "/spark/conf/spark-defaults.conf");
  const Environment environment = {{"SPARK_CONF_DIR", "/etc/spark"}};
  EXPECT_EQ(OwnPropertiesFile(context, environment, "/spark"), "/etc/spark/spark-defaults.conf");
  context.run_options = "--verbose --properties-file /my/first --properties-file=/my/last";
  EXPECT_EQ(OwnPropertiesFile(context, environment, "/spark"), "/my/last");
}

TEST(ClusterSecretTest, TheFileHoldsBothAndOnlyTheMasterReadsIt) {
  testing::TempFolder folder;
  std::ofstream(folder.Path() / "own.conf") << "spark.a b\nspark.c=d\\";
  PrepareSecretsFolder(folder.Path() / "secrets");
  const fs::path file =
      WriteSecretProperties(folder.Path() / "secrets", {WorkerId{"c/1"}, {}, "s3cret", {}},
                            "the.setting", folder.Path() / "own.conf");
  EXPECT_EQ(file.filename(), "c_1.properties");
  std::ifstream text(file);
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>(text), {}}),
            "the.setting=s3cret\nspark.a b\nspark.c=d\\");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(file.parent_path()).permissions(), fs::perms::owner_all);
}

TEST(ClusterSecretTest, WhatAnEarlierMasterLeftIsRemoved) {
  testing::TempFolder folder;
  std::ofstream(folder.Path() / "old.properties") << "x=y";
  PrepareSecretsFolder(folder.Path());
  EXPECT_TRUE(fs::is_empty(folder.Path()));
}

TEST(ClusterSecretTest, ASecondFileOfOneWorkerIsRefused) {
  testing::TempFolder folder;
  const WorkerOrder order{WorkerId{"w"}, {}, "s", {}};
  (void)WriteSecretProperties(folder.Path(), order, "k", "/none");
  EXPECT_THROW((void)WriteSecretProperties(folder.Path(), order, "k", "/none"), Error);
}

}  // namespace
}  // namespace mist
