#include "cli/apply/resource_files.h"

#include <gtest/gtest.h>

#include "tests/unit/cli/conf_folder.h"

namespace mist::cli {
namespace {

std::string Context(const std::string& name) {
  return "model = Context\nname = " + name + "\n";
}

std::vector<std::string> NamesIn(const ConfFolder& folder) {
  std::vector<std::string> names;
  for (const auto& resource : ReadResourceFiles(folder.Path(), "").resources) {
    names.push_back(resource.name);
  }
  return names;
}

TEST(ResourceFilesTest, OrdersByTheTwoLeadingDigits) {
  const ConfFolder folder;
  folder.Write("b/20_x.conf", Context("second"));
  folder.Write("a/plain.conf", Context("last"));
  folder.Write("c/05_x.conf", Context("first"));
  EXPECT_EQ(NamesIn(folder), (std::vector<std::string>{"first", "second", "last"}));
}

TEST(ResourceFilesTest, PutsContextsBeforeTheFunctionsOfTheSameNumber) {
  const ConfFolder folder;
  folder.Write("a.conf", "model = Function, name = f, data { path = a.jar, class-name = C }");
  folder.Write("b.conf", Context("c"));
  EXPECT_EQ(NamesIn(folder), (std::vector<std::string>{"c", "f"}));
}

TEST(ResourceFilesTest, FindsYamlBesideHoconAndNothingElse) {
  const ConfFolder folder;
  folder.Write("a.conf", Context("hocon"));
  folder.Write("b.yaml", "model: Context\nname: yaml\n");
  folder.Write("c.yml", "model: Context\nname: yml\n");
  folder.Write("README.md", "# not a resource");
  EXPECT_EQ(NamesIn(folder), (std::vector<std::string>{"hocon", "yaml", "yml"}));
}

TEST(ResourceFilesTest, ReportsABadFileAndReadsTheOthers) {
  const ConfFolder folder;
  folder.Write("a.conf", Context("good"));
  const std::string bad = folder.Write("b.conf", "model = Context\ndata { max-jobs = x }");
  const ResourceFiles files = ReadResourceFiles(folder.Path(), "");
  EXPECT_EQ(files.resources.size(), 1u);
  ASSERT_EQ(files.problems.size(), 1u);
  EXPECT_TRUE(files.problems[0].starts_with(bad + ":2: ")) << files.problems[0];
}

TEST(ResourceFilesTest, TakesOneFileOfAnyName) {
  const ConfFolder folder;
  const std::string file = folder.Write("context.hocon", Context("c"));
  EXPECT_EQ(ReadResourceFiles(file, "").resources.size(), 1u);
}

TEST(OrderOfTest, IsTheNumberOrLast) {
  EXPECT_EQ(OrderOf("conf/07_a.conf"), 7);
  EXPECT_EQ(OrderOf("conf/42.conf"), 42);
  EXPECT_EQ(OrderOf("10/a.conf"), 1000);
  EXPECT_EQ(OrderOf("1_a.conf"), 1000);
}

}  // namespace
}  // namespace mist::cli
