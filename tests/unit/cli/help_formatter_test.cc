#include "cli/help_formatter.h"

#include <gtest/gtest.h>

namespace mist::cli {
namespace {

TEST(WrapHelpTest, ContinuesALineBelowItsSecondColumn) {
  EXPECT_EQ(WrapHelp("  --name    one two three four\n", 20),
            "  --name    one two\n            three\n            four\n");
}

TEST(WrapHelpTest, KeepsCommandsWholeForCopying) {
  const std::string command = "  mist-cli start job hello '{}' --pretty\n";
  EXPECT_EQ(WrapHelp(command, 20), command);
}

TEST(WrapHelpTest, BreaksNoWord) {
  EXPECT_EQ(WrapHelp("abcdefghijklmnop\n", 5), "abcdefghijklmnop\n");
}

TEST(HelpFormatterTest, ListsCommandsOfGroupsWithTheirWholeNames) {
  CLI::App app("Does things.", "tool");
  app.formatter(std::make_shared<HelpFormatter>(80));
  CLI::App* group = app.add_subcommand("list", "Lists");
  group->add_subcommand("jobs", "List jobs");
  app.add_subcommand("status", "Show versions");
  EXPECT_NE(app.help().find("\nCommands:\n"
                            "  list jobs               List jobs\n"
                            "  status                  Show versions\n"),
            std::string::npos)
      << app.help();
  EXPECT_NE(group->help().find("  list jobs               List jobs\n"), std::string::npos);
}

}  // namespace
}  // namespace mist::cli
