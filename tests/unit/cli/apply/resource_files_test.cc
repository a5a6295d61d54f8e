#include "cli/apply/resource_files.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/resource.h>

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

TEST(ResourceFilesTest, FollowsLinksToFilesButNotToFolders) {
  const ConfFolder folder;
  const std::string file = folder.Write("other/a.context", Context("linked"));
  folder.Write("conf/b.conf", Context("own"));
  std::filesystem::create_symlink(file, folder.Path() + "/conf/a.conf");
  std::filesystem::create_directory_symlink(folder.Path() + "/conf", folder.Path() + "/conf/again");
  const ResourceFiles files = ReadResourceFiles(folder.Path() + "/conf", "");
  ASSERT_EQ(files.resources.size(), 2u);
  EXPECT_EQ(files.resources[0].name, "linked");
  EXPECT_TRUE(files.problems.empty());
}

TEST(ResourceFilesTest, ReportsALinkThatLeadsToItselfAndReadsTheRest) {
  const ConfFolder folder;
  folder.Write("b.conf", Context("own"));
  const std::string link = folder.Path() + "/a.conf";
  std::filesystem::create_symlink(link, link);
  const ResourceFiles files = ReadResourceFiles(folder.Path(), "");
  EXPECT_EQ(files.resources.size(), 1u);
  EXPECT_EQ(files.problems, std::vector<std::string>{link + ": Too many levels of symbolic links"});
}

TEST(ResourceFilesTest, ReportsAFolderThatCannotBeRead) {
  const ConfFolder folder;
  folder.Write("b.conf", Context("own"));
  rlimit before = {};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none = {0, before.rlim_max};  // permissions would not stop root
  setrlimit(RLIMIT_NOFILE, &none);
  const ResourceFiles files = ReadResourceFiles(folder.Path(), "");
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_TRUE(files.resources.empty());
  EXPECT_EQ(files.problems, std::vector<std::string>{folder.Path() + ": Too many open files"});
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
