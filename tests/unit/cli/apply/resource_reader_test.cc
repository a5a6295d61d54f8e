#include "cli/apply/resource_reader.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/unit/cli/conf_folder.h"

namespace mist::cli {
namespace {

using nlohmann::json;

Resource FromHocon(const std::string& text, const std::string& user = "") {
  return ToResource(ParseHocon(text, "hello/20_it.conf"), "hello/20_it.conf", user);
}

json ContextOf(const std::string& data) {
  return std::get<ContextResource>(FromHocon("model = Context, name = c, data {" + data + "}").spec)
      .config;
}

std::string ProblemOf(const std::string& text) {
  try {
    FromHocon(text);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST(ResourceReaderTest, ReadsAFunction) {
  const Resource resource =
      FromHocon("model = Function\nname = f\ndata { path = a_1.jar, class-name = \"Foo$\" }");
  const auto& function = std::get<FunctionResource>(resource.spec);
  EXPECT_EQ(resource.name, "f");
  EXPECT_EQ(function.path, "a_1.jar");
  EXPECT_EQ(function.class_name, "Foo$");
  EXPECT_EQ(function.context, "default");
}

TEST(ResourceReaderTest, ReadsRetriesOfAFunction) {
  const Resource resource = FromHocon(
      "model = Function, name = f, data { path = a.jar, class-name = C, retries = 2, "
      "retry-on = failure, retry-backoff = 1 minute }");
  EXPECT_EQ(std::get<FunctionResource>(resource.spec).retry,
            json::parse(R"({"retries":2,"retryOn":"failure","retryBackoff":"60s"})"));
  EXPECT_EQ(ProblemOf("model = Function\ndata { path = a.jar, class-name = C\nretries = few }"),
            "hello/20_it.conf:3: retries must be a whole number, got 'few'");
}

TEST(ResourceReaderTest, MakesTheKeyOfAnArtifactFromNameVersionAndExtension) {
  const ConfFolder folder;
  const std::string jar = folder.Write("target/anything.jar", "");
  const Resource resource = FromHocon(
      "model = Artifact, name = hello, version = 1.0\n"
      "data { file-path = \"" +
      jar + "\" }");
  EXPECT_EQ(resource.name, "hello_1.0.jar");
  EXPECT_EQ(std::get<ArtifactResource>(resource.spec).local_file, jar);
}

TEST(ResourceReaderTest, TakesVersionsWithoutQuotesAsTheyAreWritten) {
  const ConfFolder folder;
  const std::string data = "\ndata { file-path = \"" + folder.Write("a.py", "") + "\" }";
  for (const char* version : {"1", "1.0", "0.10", "1.2.3", "2.0-SNAPSHOT"}) {
    const std::string head = "model = Artifact, name = a, version = ";
    EXPECT_EQ(FromHocon(head + version + data).name, std::string("a_") + version + ".py");
  }
}

TEST(ResourceReaderTest, NamesAResourceAfterItsFolderWhenItHasNoName) {
  EXPECT_EQ(FromHocon("model = Context").name, "hello");
}

TEST(ResourceReaderTest, PrefixesNamesWithTheUserButNotTheDefaultContext) {
  const std::string function = "model = Function, name = f, data { path = a.jar, class-name = C";
  const Resource in_default = FromHocon(function + "}", "ann");
  EXPECT_EQ(in_default.name, "ann_f");
  EXPECT_EQ(std::get<FunctionResource>(in_default.spec).path, "ann_a.jar");
  EXPECT_EQ(std::get<FunctionResource>(in_default.spec).context, "default");
  const Resource in_own = FromHocon(function + ", context = c }", "ann");
  EXPECT_EQ(std::get<FunctionResource>(in_own.spec).context, "ann_c");
}

TEST(ResourceReaderTest, FlattensSparkSettingsToTextWithoutQuotes) {
  const json context = ContextOf(
      "spark-conf { spark.master = \"local[2]\", spark { executor { memory = 1g }, "
      "\"ui.enabled\" = false }, \"spark.cores.max\" = 2, spark.shuffle.compress = true }");
  EXPECT_EQ(context["sparkConf"],
            json::parse(R"({"spark.cores.max":"2","spark.executor.memory":"1g",
      "spark.master":"local[2]","spark.shuffle.compress":"true","spark.ui.enabled":"false"})"));
}

TEST(ResourceReaderTest, SendsAnEmptySparkConfWhenThereIsNone) {
  EXPECT_EQ(ContextOf(""), json::parse(R"({"name":"c","sparkConf":{}})"));
}

TEST(ResourceReaderTest, GivesSettingsTheirWireNamesAndTypes) {
  const json context = ContextOf(
      "worker-mode = shared, max-jobs = 3, maxConnFailures = \"2\", precreated = true, "
      "run-options = \"--verbose\"");
  EXPECT_EQ(context, json::parse(R"({"name":"c","sparkConf":{},"workerMode":"shared","maxJobs":3,
      "maxConnFailures":2,"precreated":true,"runOptions":"--verbose"})"));
}

TEST(ResourceReaderTest, TakesDurationsWithAndWithoutQuotes) {
  EXPECT_EQ(ContextOf("downtime = 1h")["downtime"], "3600s");
  EXPECT_EQ(ContextOf("downtime = \"10 minutes\"")["downtime"], "600s");
  EXPECT_EQ(ContextOf("downtime = Inf")["downtime"], "Inf");
  EXPECT_EQ(ContextOf("streaming-duration = 1s")["streamingDuration"], "1s");
}

TEST(ResourceReaderTest, ReadsYamlOfTheSameShape) {
  const ConfigNode root = ParseYaml(
      "model: Context\nname: c\ndata:\n  downtime: 30s\n  spark-conf:\n    spark.master: local[2]\n"
      "    spark:\n      ui: {enabled: false}\n",
      "c.yaml");
  EXPECT_EQ(std::get<ContextResource>(ToResource(root, "c.yaml", "").spec).config,
            json::parse(R"({"name":"c","downtime":"30s",
                "sparkConf":{"spark.master":"local[2]","spark.ui.enabled":"false"}})"));
}

TEST(ResourceReaderTest, NamesFileAndLineOfAWrongValue) {
  EXPECT_EQ(ProblemOf("model = Context\ndata {\n  max-jobs = many\n}"),
            "hello/20_it.conf:3: max-jobs must be a whole number, got 'many'");
  EXPECT_EQ(ProblemOf("model = Context\ndata {\n\n  downtime = soon\n}"),
            "hello/20_it.conf:4: downtime must be a duration such as 30s, 10 minutes, 1h or Inf, "
            "got 'soon'");
  EXPECT_EQ(ProblemOf("name = x\nmodel = Job"),
            "hello/20_it.conf:2: model is Artifact, Function or Context, not 'Job'");
}

TEST(ResourceReaderTest, SaysWhatIsMissing) {
  EXPECT_NE(ProblemOf("name = x").find("model is missing"), std::string::npos);
  EXPECT_NE(ProblemOf("model = Artifact").find("version is missing"), std::string::npos);
  EXPECT_NE(ProblemOf("model = Function, data { path = a.jar }").find("class-name is missing"),
            std::string::npos);
  EXPECT_NE(ProblemOf("model = Artifact, version = 1\ndata.file-path = nowhere.jar")
                .find("hello/20_it.conf:2: there is no file nowhere.jar"),
            std::string::npos);
}

}  // namespace
}  // namespace mist::cli
