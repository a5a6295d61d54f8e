#include "contexts/job_request.h"

#include <string>

#include <gtest/gtest.h>

namespace mist {
namespace {

std::string ProblemOf(const std::string& body) {
  const auto parsed = ParseDevRequest(body, 8);
  const auto* bad = std::get_if<BadBody>(&parsed);
  return bad == nullptr ? "" : bad->text;
}

TEST(JobRequestTest, ReadsEveryMemberAndKeepsTheDigitsOfParameters) {
  const auto parsed = ParseDevRequest(
      R"({"fakeName":"x","path":"a.jar","className":"Foo$","context":"c","workerId":"w",
          "parameters":{"n": 3.140000000000000000001, "m": 1},"externalId":"e"})",
      8);
  const auto& request = std::get<DevRequest>(parsed);
  EXPECT_EQ(request.function,
            (FunctionConfig{FunctionName{"x"}, "a.jar", "Foo$", ContextName{"c"}}));
  EXPECT_EQ(request.parameters.value, R"({"n":3.140000000000000000001,"m":1})");
  EXPECT_EQ(request.external_id, "e");
}

TEST(JobRequestTest, ParametersAndExternalIdMayBeMissingOrNull) {
  const auto parsed = ParseDevRequest(
      R"({"fakeName":"x","path":"a.jar","className":"Foo$","context":"c","parameters":null})", 8);
  const auto& request = std::get<DevRequest>(parsed);
  EXPECT_EQ(request.parameters.value, "{}");
  EXPECT_FALSE(request.external_id);
}

TEST(JobRequestTest, SaysWhatIsWrong) {
  const std::string malformed = "The request content was malformed:\n";
  EXPECT_TRUE(ProblemOf("{").starts_with(malformed));
  EXPECT_EQ(ProblemOf("[1]"), malformed + "Expected Json object, but got [1]");
  EXPECT_EQ(ProblemOf(R"({"fakeName":"x","path":"a","className":"F"})"),
            malformed + "Object is missing required member 'context'");
  EXPECT_EQ(ProblemOf(R"({"fakeName":"x","path":2,"className":"F","context":"c"})"),
            malformed + "Expected String as JsString, but got 2");
  EXPECT_EQ(
      ProblemOf(R"({"fakeName":"x","path":"a","className":"F","context":"c","parameters":[]})"),
      malformed + "Expected Map as JsObject, but got []");
  EXPECT_TRUE(ProblemOf(R"({"fakeName":"../x","path":"a","className":"F","context":"c"})")
                  .starts_with("Bad fakeName: "));
}

TEST(JobRequestTest, RefusesParametersThatAreNestedTooDeep) {
  EXPECT_NE(ProblemOf(R"({"parameters":[[[[[[[[[[]]]]]]]]]]})"), "");
}

std::string MessageProblemOf(const std::string& body) {
  const auto parsed = ParseMessageRequest(body, 8);
  const auto* bad = std::get_if<BadBody>(&parsed);
  return bad == nullptr ? "" : bad->text;
}

TEST(MessageRequestTest, ReadsACallOfAFunction) {
  const auto parsed = ParseMessageRequest(
      R"({"functionId":"f","parameters":{"n": 1},"externalId":"e","replyTopic":"t","unique":true,
          "runSettings":{"contextId":"c","mode":{"type":"exclusive"}},"more":[]})",
      8);
  const auto& request = std::get<FunctionRequest>(parsed);
  EXPECT_EQ(request.function, FunctionName{"f"});
  EXPECT_EQ(request.parameters.value, R"({"n":1})");
  EXPECT_EQ(request.external_id, "e");
  EXPECT_EQ(request.context, ContextName{"c"});
  EXPECT_EQ(request.reply_topic, "t");
  EXPECT_TRUE(request.unique);
}

TEST(MessageRequestTest, ReadsRetriesOfTheRunSettings) {
  const auto parsed = ParseMessageRequest(
      R"({"functionId":"f","runSettings":{"retries":2,"retryOn":"failure","retryBackoff":"10s"}})",
      8);
  EXPECT_EQ(std::get<FunctionRequest>(parsed).retry,
            (RetrySettings{2, RetryOn::kFailure, std::chrono::seconds(10)}));
  EXPECT_EQ(MessageProblemOf(R"({"functionId":"f","runSettings":{"retries":-1}})"),
            "retries must be at least 0, got -1");
  EXPECT_EQ(MessageProblemOf(R"({"functionId":"f","runSettings":{"retryOn":1}})"),
            "The request content was malformed:\nExpected String as JsString, but got 1");
}

TEST(MessageRequestTest, ARunWithoutAFunctionHasItsRetriesBesideItsOtherMembers) {
  const auto parsed = ParseMessageRequest(
      R"({"fakeName":"x","path":"a.jar","className":"Foo$","context":"c","retries":1})", 8);
  EXPECT_EQ(std::get<DevRequest>(parsed).function.retry.retries, 1);
}

TEST(MessageRequestTest, OnlyTheFunctionIsRequired) {
  const auto parsed = ParseMessageRequest(R"({"functionId":"f","runSettings":{}})", 8);
  const auto& request = std::get<FunctionRequest>(parsed);
  EXPECT_EQ(request.parameters.value, "{}");
  EXPECT_FALSE(request.external_id || request.context || request.reply_topic || request.unique);
}

TEST(MessageRequestTest, ReadsARunWithoutAFunction) {
  const auto parsed =
      ParseMessageRequest(R"({"fakeName":"x","path":"a.jar","className":"Foo$","context":"c"})", 8);
  EXPECT_EQ(std::get<DevRequest>(parsed).function.path, "a.jar");
}

TEST(MessageRequestTest, SaysWhatIsWrong) {
  const std::string malformed = "The request content was malformed:\n";
  EXPECT_TRUE(MessageProblemOf("no json").starts_with(malformed));
  EXPECT_EQ(MessageProblemOf("{}"), malformed + "Object is missing required member 'functionId'");
  EXPECT_EQ(MessageProblemOf(R"({"fakeName":"x"})"),
            malformed + "Object is missing required member 'path'");
  EXPECT_EQ(MessageProblemOf(R"({"functionId":"f","unique":"yes"})"),
            malformed + "Expected JsBoolean, but got \"yes\"");
  EXPECT_EQ(MessageProblemOf(R"({"functionId":"f","unique":true})"),
            "A unique request needs an externalId");
  EXPECT_TRUE(MessageProblemOf(R"({"functionId":"f","runSettings":{"contextId":"../x"}})")
                  .starts_with("Bad contextId: "));
}

}  // namespace
}  // namespace mist
