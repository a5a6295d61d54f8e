#include "cli/completion.h"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

namespace mist::cli {
namespace {

using Words = std::vector<std::string>;

// A tool with the shape of ours; the kinds of names are found by path and argument.
class CompletionTest : public ::testing::Test {
 protected:
  CompletionTest() {
    app_.add_option("--host", host_, "Host");
    app_.add_flag("--json", flag_, "JSON");
    CLI::App* start = app_.add_subcommand("start", "Call");
    CLI::App* job = start->add_subcommand("job", "Call a function");
    job->add_option("FUNCTION", word_);
    job->add_option("REQUEST", word_);
    job->add_option("--context", word_, "Context");
    CLI::App* list = app_.add_subcommand("list", "List");
    CLI::App* jobs = list->add_subcommand("jobs", "List jobs");
    jobs->add_option("--filter", word_, "States");
    jobs->add_option("--watch", word_, "Seconds")->expected(0, 1);
  }

  Words WordsFor(const Words& typed) {
    const FindNames find_names = [this](NameKind kind, const TypedOptions& options) {
      asked_host_ = options.host.value_or("(none)");
      return kind == NameKind::kFunction ? Words{"hello", "other"} : Words{"a-context"};
    };
    Words found;
    for (const Candidate& candidate : Complete(app_, typed, find_names)) {
      found.push_back(candidate.word);
    }
    return found;
  }

  CLI::App app_{"Test", "tool"};
  std::string host_;
  std::string word_;
  bool flag_ = false;
  std::string asked_host_ = "(not asked)";
};

TEST_F(CompletionTest, OffersCommands) {
  EXPECT_EQ(WordsFor({""}), (Words{"start", "list"}));
  EXPECT_EQ(WordsFor({"st"}), Words{"start"});
  EXPECT_EQ(WordsFor({"list", ""}), Words{"jobs"});
  EXPECT_EQ(WordsFor({}), (Words{"start", "list"}));
}

TEST_F(CompletionTest, OffersOptionsOfTheCommandAndOfItsParents) {
  EXPECT_EQ(WordsFor({"list", "jobs", "--"}),
            (Words{"--help", "--filter", "--watch", "--host", "--json"}));
  EXPECT_EQ(WordsFor({"list", "jobs", "--f"}), Words{"--filter"});
}

TEST_F(CompletionTest, OffersNamesWhereTheyStand) {
  EXPECT_EQ(WordsFor({"start", "job", "h"}), Words{"hello"});
  EXPECT_EQ(WordsFor({"--json", "start", "job", ""}), (Words{"hello", "other"}));
  EXPECT_EQ(WordsFor({"start", "job", "hello", ""}), Words{});  // a request: files
  EXPECT_EQ(WordsFor({"start", "job", "hello", "--context", ""}), Words{"a-context"});
  EXPECT_EQ(WordsFor({"start", "job", "--context", "c", ""}), (Words{"hello", "other"}));
}

TEST_F(CompletionTest, AsksTheMasterThatIsNamedOnTheLine) {
  WordsFor({"start", "job", ""});
  EXPECT_EQ(asked_host_, "(none)");
  WordsFor({"--host", "example.org", "start", "job", ""});
  EXPECT_EQ(asked_host_, "example.org");
}

TEST_F(CompletionTest, AsksNoMasterForCommandsAndOptions) {
  WordsFor({"start", ""});
  WordsFor({"start", "job", "-"});
  EXPECT_EQ(asked_host_, "(not asked)");
}

TEST_F(CompletionTest, OffersTheWordsOfAnOption) {
  EXPECT_EQ(WordsFor({"list", "jobs", "--filter", "f"}), (Words{"finished", "failed"}));
  EXPECT_EQ(WordsFor({"list", "jobs", "--watch", "--f"}), Words{"--filter"});
  EXPECT_EQ(WordsFor({"--host", ""}), Words{});
}

TEST(CompletionScriptTest, KnowsThreeShells) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_NE(CompletionScript(shell)->find("complete-words --"), std::string::npos);
  }
  EXPECT_EQ(CompletionScript("tcsh"), std::nullopt);
}

}  // namespace
}  // namespace mist::cli
