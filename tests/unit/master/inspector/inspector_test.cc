#include "master/inspector/inspector.h"

#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace mist {
namespace {

// An Inspector on the scripted process, with a folder of its own.
class InspectorTest : public ::testing::Test {
 protected:
  InspectorTest() {
    options_.process.command = {"python3", SCRIPTED_INSPECTOR, folder_.Path().string()};
    options_.process.log_file = folder_.Path() / "inspector.log";
    options_.process.max_line_bytes = 50'000;
    options_.python_path = "/lib/a:/lib/b";
    options_.first_backoff = Millis(1);
    options_.max_backoff = Millis(10);
  }
  // Short enough for a test, long enough for a Python to start on a loaded machine.
  // The grace covers the start of the next process, which under a sanitizer on a busy machine takes
  // seconds.
  void UseShortTimeouts() {
    options_.request_timeout = Millis(500);
    options_.answer_grace = Millis(5'000);
  }

  Inspector& Start() {
    inspector_ = std::make_unique<Inspector>(options_);
    return *inspector_;
  }

  static InspectedFunction Named(const std::string& class_name) {
    return {"/data/f.jar", "f.jar", std::string(64, 'a'), class_name, "python3"};
  }

  static std::future<DescribeResult> Describe(Inspector& inspector, const std::string& class_name) {
    auto promise = std::make_shared<std::promise<DescribeResult>>();
    inspector.Describe(Named(class_name),
                       [promise](DescribeResult result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }

  static ValidateResult Validate(Inspector& inspector, const std::string& arguments) {
    auto promise = std::make_shared<std::promise<ValidateResult>>();
    inspector.Validate(Named("Foo$"), JsonText{arguments},
                       [promise](ValidateResult result) { promise->set_value(std::move(result)); });
    return promise->get_future().get();
  }

  static bool IsSchema(const DescribeResult& result) {
    return std::holds_alternative<FunctionSchema>(result);
  }

  static ErrorCode CodeOf(const DescribeResult& result) { return std::get<NoAnswer>(result).code; }

  testing::TempFolder folder_;
  InspectorOptions options_;
  std::unique_ptr<Inspector> inspector_;
};

TEST_F(InspectorTest, DescribesAFunction) {
  const auto schema = std::get<FunctionSchema>(Describe(Start(), "Foo$").get());
  EXPECT_EQ(schema.language, FunctionLanguage::kScala);
  ASSERT_EQ(schema.arguments.size(), 1U);
  EXPECT_EQ(schema.arguments[0].type.precise_name, "Long");
  EXPECT_EQ(schema.tags, (std::vector<std::string>{"/data/f.jar", "/lib/a:/lib/b"}));
  EXPECT_TRUE(schema.has_validators);
}

TEST_F(InspectorTest, TellsWhatAFunctionsRulesSay) {
  Inspector& inspector = Start();
  EXPECT_EQ(std::get<Validation>(Validate(inspector, R"({"n":1})")).failure, std::nullopt);
  EXPECT_EQ(std::get<Validation>(Validate(inspector, R"({"n":2})")).failure,
            R"(Invalid value: {"n": 2})");
}

TEST_F(InspectorTest, TellsTheProblemOfAnArtifact) {
  const auto problem = std::get<InspectionProblem>(Describe(Start(), "Missing").get());
  EXPECT_EQ(problem, (InspectionProblem{"java.lang.ClassNotFoundException", "Missing"}));
}

TEST_F(InspectorTest, TakesAnswersInAnyOrder) {
  Inspector& inspector = Start();
  auto first = Describe(inspector, "Hold");
  auto second = Describe(inspector, "Foo$");
  EXPECT_TRUE(IsSchema(second.get()));
  EXPECT_TRUE(IsSchema(first.get()));
}

TEST_F(InspectorTest, AnswersMoreRequestsThanTheProcessMayHaveAtOnce) {
  options_.max_in_flight = 2;
  Inspector& inspector = Start();
  std::vector<std::future<DescribeResult>> results;
  for (int i = 0; i < 50; ++i) results.push_back(Describe(inspector, "Foo$"));
  for (auto& result : results) EXPECT_TRUE(IsSchema(result.get()));
}

TEST_F(InspectorTest, IgnoresLinesThatAreNoAnswers) {
  EXPECT_TRUE(IsSchema(Describe(Start(), "Garbage").get()));
}

TEST_F(InspectorTest, ReportsAnAnswerThatMakesNoSense) {
  const auto problem = std::get<InspectionProblem>(Describe(Start(), "Nonsense").get());
  EXPECT_EQ(problem.java_class, "java.lang.IllegalStateException");
}

TEST_F(InspectorTest, AsksTheNextProcessWhatTheFirstDidNotAnswer) {
  Inspector& inspector = Start();
  auto held = Describe(inspector, "Hold");
  auto killer = Describe(inspector, "DieOnce");
  EXPECT_TRUE(IsSchema(killer.get()));
  EXPECT_TRUE(IsSchema(held.get()));
}

TEST_F(InspectorTest, GivesUpARequestThatKillsTwoProcesses) {
  Inspector& inspector = Start();
  EXPECT_EQ(CodeOf(Describe(inspector, "Die").get()), ErrorCode::kUnavailable);
  EXPECT_TRUE(IsSchema(Describe(inspector, "Foo$").get()));
}

TEST_F(InspectorTest, KillsAProcessThatDoesNotAnswer) {
  UseShortTimeouts();
  Inspector& inspector = Start();
  EXPECT_EQ(CodeOf(Describe(inspector, "Hang").get()), ErrorCode::kTimeout);
  EXPECT_TRUE(IsSchema(Describe(inspector, "Foo$").get()));
}

TEST_F(InspectorTest, AsksAgainWhatWasInFlightBehindAHangingRequest) {
  UseShortTimeouts();
  Inspector& inspector = Start();
  auto hanging = Describe(inspector, "HangOnce");
  EXPECT_EQ(CodeOf(hanging.get()), ErrorCode::kTimeout);
  EXPECT_TRUE(IsSchema(Describe(inspector, "HangOnce").get()));
}

TEST_F(InspectorTest, KillsAProcessThatWritesALineWithoutEnd) {
  Inspector& inspector = Start();
  EXPECT_EQ(CodeOf(Describe(inspector, "Huge").get()), ErrorCode::kUnavailable);
  EXPECT_TRUE(IsSchema(Describe(inspector, "Foo$").get()));
}

TEST_F(InspectorTest, SaysThatTheProgramCannotBeStarted) {
  options_.process.command = {"/no/such/java"};
  const auto no_answer = std::get<NoAnswer>(Describe(Start(), "Foo$").get());
  EXPECT_NE(no_answer.message.find("/no/such/java"), std::string::npos);
}

TEST_F(InspectorTest, AnswersOpenRequestsWhenItIsDestroyed) {
  auto hanging = Describe(Start(), "Hang");
  inspector_.reset();
  EXPECT_EQ(CodeOf(hanging.get()), ErrorCode::kUnavailable);
}

TEST_F(InspectorTest, RefusesRequestsOnceItIsStopped) {
  Inspector& inspector = Start();
  inspector.Stop();
  EXPECT_EQ(CodeOf(Describe(inspector, "Foo$").get()), ErrorCode::kUnavailable);
}

TEST_F(InspectorTest, AppendsStandardErrorToItsLog) {
  options_.process.command = {"sh", "-c", "echo the reason >&2; exit 1"};
  EXPECT_EQ(CodeOf(Describe(Start(), "Foo$").get()), ErrorCode::kUnavailable);
  std::ifstream log(options_.process.log_file);
  std::string line;
  std::getline(log, line);
  EXPECT_EQ(line, "the reason");
}

}  // namespace
}  // namespace mist
