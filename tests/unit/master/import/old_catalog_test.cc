#include "master/import/old_catalog.h"

#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"
#include "tests/unit/master/import/old_files.h"

namespace mist::testing {
namespace {

namespace fs = std::filesystem;

// As the old master writes them.
constexpr char kContext[] = R"(downtime="1200s"
launch-data {
    type=server-default
}
max-conn-failures=7
max-parallel-jobs=20
precreated=true
run-options="--verbose"
spark-conf {
    "spark.executor.memory"="2g"
    "spark.master"="local[*]"
}
streaming-duration="2s"
worker-mode=shared
)";
constexpr char kFunction[] = "className=\"Foo$\"\nnamespace=nightly\npath=\"f_0.0.1.jar\"\n";

class OldCatalogTest : public ::testing::Test {
 protected:
  OldInstallation Find() { return FindOldInstallation({.folder = folder_.Path()}); }
  std::vector<ContextConfig> Contexts() { return ReadOldContexts(Find(), section_); }
  std::vector<FunctionConfig> Functions() { return ReadOldFunctions(Find(), section_); }

  void Context(const std::string& name, const std::string& text) {
    WriteFile(folder_.Path() / "data/contexts" / (name + ".conf"), text);
  }
  void Function(const std::string& name, const std::string& text) {
    WriteFile(folder_.Path() / "data/functions" / (name + ".conf"), text);
  }
  void Config(const std::string& text) { WriteFile(folder_.Path() / "configs/default.conf", text); }

  const TempFolder folder_;
  std::ostringstream out_;
  ImportSection section_{"things", out_, SystemClock()};
};

TEST_F(OldCatalogTest, ReadsAStoredContext) {
  Context("nightly", kContext);
  ContextConfig expected;
  expected.name.value = "nightly";
  expected.spark_conf = {{"spark.executor.memory", "2g"}, {"spark.master", "local[*]"}};
  expected.downtime = std::chrono::seconds(1200);
  expected.max_jobs = 20;
  expected.precreated = true;
  expected.run_options = "--verbose";
  expected.worker_mode = WorkerMode::kShared;
  expected.streaming_duration = std::chrono::seconds(2);
  expected.max_conn_failures = 7;
  EXPECT_EQ(Contexts(), std::vector{expected});
  EXPECT_TRUE(section_.Notes().empty()) << section_.Notes()[0];
}

TEST_F(OldCatalogTest, MaxJobsWinsOverItsOldName) {
  Context("a", std::string(kContext) + "max-jobs = 3\n");
  EXPECT_EQ(Contexts().at(0).max_jobs, 3);
}

TEST_F(OldCatalogTest, WhatAFileLacksComesFromTheDefaultsAndIsSaid) {
  Config("mist.context-defaults { downtime = 5 minutes, spark-conf { a = 1 } }");
  Context("a", "worker-mode = shared\nspark-conf { b = 2 }");
  const std::vector<ContextConfig> contexts = Contexts();
  ASSERT_EQ(contexts.size(), 1U);
  EXPECT_EQ(contexts[0].downtime, std::chrono::minutes(5));
  EXPECT_EQ(contexts[0].spark_conf, (std::map<std::string, std::string>{{"b", "2"}}));
  ASSERT_EQ(section_.Notes().size(), 2U);
  EXPECT_NE(section_.Notes()[1].find("lacks downtime, precreated, run-options, "
                                     "streaming-duration, max-jobs"),
            std::string::npos)
      << section_.Notes()[1];
}

TEST_F(OldCatalogTest, ReadsContextsOfTheConfigurationAboveItsDefaults) {
  Config(
      "mist { context-defaults { max-conn-failures = 2, spark-conf { a = 1, b = 1 } }\n"
      "  context { stored { downtime = 1s }, declared { downtime = 9s, spark-conf { b = 2 } } } }");
  Context("stored", kContext);
  const std::vector<ContextConfig> contexts = Contexts();
  ASSERT_EQ(contexts.size(), 2U);
  EXPECT_EQ(contexts[0].name.value, "declared");
  EXPECT_EQ(contexts[0].max_conn_failures, 2);
  EXPECT_EQ(contexts[0].downtime, std::chrono::seconds(9));
  EXPECT_EQ(contexts[0].spark_conf, (std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(contexts[1].downtime, std::chrono::seconds(1200));
}

TEST_F(OldCatalogTest, OneBadFileDoesNotHideTheOthers) {
  Context("broken", "downtime = {");
  Context("default", kContext);
  Context("good", kContext);
  Context("odd", std::string(kContext) + "worker-mode = sometimes\n");
  const std::vector<ContextConfig> contexts = Contexts();
  ASSERT_EQ(contexts.size(), 1U);
  EXPECT_EQ(contexts[0].name.value, "good");
  ASSERT_EQ(section_.Failures().size(), 3U);
  EXPECT_NE(section_.Failures()[0].find("context 'broken'"), std::string::npos);
  EXPECT_NE(section_.Failures()[1].find("context-defaults"), std::string::npos);
  EXPECT_NE(section_.Failures()[2].find("worker-mode must be shared or exclusive"),
            std::string::npos);
}

TEST_F(OldCatalogTest, ReadsAStoredFunction) {
  Function("f", kFunction);
  Function("f.with.dots", kFunction);
  const std::vector<FunctionConfig> functions = Functions();
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0], (FunctionConfig{{"f"}, "f_0.0.1.jar", "Foo$", {"nightly"}}));
  EXPECT_EQ(functions[1].name.value, "f.with.dots");
}

TEST_F(OldCatalogTest, ReadsFunctionsOfTheRouterUnlessTheyAreStored) {
  Function("f", kFunction);
  WriteFile(folder_.Path() / "configs/router.conf",
            "f = { path = other.jar, className = X, namespace = n }\n"
            "jar = ${location}/app.jar\n"
            "g = { path = ${jar}, className = \"Bar$\", namespace = n }\n");
  const std::vector<FunctionConfig> functions = Functions();
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0].path, "f_0.0.1.jar");
  EXPECT_EQ(functions[1].path, (folder_.Path() / "configs/app.jar").string());
}

TEST_F(OldCatalogTest, AFunctionThatLacksAKeyIsRefused) {
  Function("f", "path = a.jar\nnamespace = n\n");
  EXPECT_TRUE(Functions().empty());
  ASSERT_EQ(section_.Failures().size(), 1U);
  EXPECT_NE(section_.Failures()[0].find("className is missing"), std::string::npos);
}

}  // namespace
}  // namespace mist::testing
