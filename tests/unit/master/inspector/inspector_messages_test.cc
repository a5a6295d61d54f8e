#include "master/inspector/inspector_messages.h"

#include <gtest/gtest.h>

namespace mist {
namespace {

FunctionSchema SchemaOf(const std::string& type) {
  const auto answer =
      DecodeAnswer(R"({"id":1,"schema":{"language":"python","arguments":[{"name":"a","type":)" +
                   type + R"(}],"tags":["sql"],"validators":false}})");
  return std::get<FunctionSchema>(answer->body);
}

bool IsUnreadable(const std::string& type) {
  const auto answer =
      DecodeAnswer(R"({"id":1,"schema":{"language":"java","arguments":[{"name":"a","type":)" +
                   type + R"(}],"tags":[],"validators":false}})");
  return std::holds_alternative<InspectionProblem>(answer->body);
}

TEST(InspectorMessagesTest, KeepsEveryDigitOfArguments) {
  const std::string line =
      EncodeValidate(7, {}, JsonText{R"({"n":12345678901234567890.10})"}, RequestTerms{});
  EXPECT_TRUE(line.ends_with(R"("arguments":{"n":12345678901234567890.10}})"
                             "\n"));
}

TEST(InspectorMessagesTest, RequestIsOneLineWhateverTheNamesHold) {
  InspectedFunction function;
  function.class_name = "a\nb\"\xff";
  const std::string line = EncodeDescribe(1, function, RequestTerms{});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(InspectorMessagesTest, ReadsNestedTypes) {
  const FunctionSchema schema =
      SchemaOf(R"({"type":"MOption","args":[{"type":"MList","args":[{"type":"MDouble"}]}]})");
  const ArgType& option = schema.arguments[0].type;
  ASSERT_EQ(option.kind, ArgType::Kind::kOption);
  ASSERT_EQ(option.args[0].kind, ArgType::Kind::kList);
  EXPECT_EQ(option.args[0].args[0].kind, ArgType::Kind::kDouble);
}

TEST(InspectorMessagesTest, KeepsOnlyTheValueTypeOfAMap) {
  const FunctionSchema schema =
      SchemaOf(R"({"type":"MMap","args":[{"type":"MString"},{"type":"MInt"}]})");
  ASSERT_EQ(schema.arguments[0].type.args.size(), 1U);
  EXPECT_EQ(schema.arguments[0].type.args[0].kind, ArgType::Kind::kInt);
}

TEST(InspectorMessagesTest, KeepsTheOrderOfFields) {
  const FunctionSchema schema =
      SchemaOf(R"({"type":"MObj","fields":{"z":{"type":"MInt"},"a":{"type":"MString"}}})");
  ASSERT_EQ(schema.arguments[0].type.fields.size(), 2U);
  EXPECT_EQ(schema.arguments[0].type.fields[0].first, "z");
}

TEST(InspectorMessagesTest, ReadsWhatErrorsSayOfAnArgument) {
  const auto answer = DecodeAnswer(
      R"({"id":1,"schema":{"language":"scala","arguments":[{"name":"a","type":{"type":"MInt"},)"
      R"("class":"Req"},{"name":"b","type":{"type":"MInt"},"unnamed":true}],"tags":[],"validators":true}})");
  const auto& arguments = std::get<FunctionSchema>(answer->body).arguments;
  ASSERT_EQ(arguments.size(), 2U);
  EXPECT_EQ(arguments[0].of_class, "Req");
  EXPECT_FALSE(arguments[0].unnamed);
  EXPECT_TRUE(arguments[1].unnamed);
}

TEST(InspectorMessagesTest, RefusesTypesItDoesNotKnow) {
  EXPECT_TRUE(IsUnreadable(R"({"type":"MTensor"})"));
}

TEST(InspectorMessagesTest, RefusesContainersWithoutElementType) {
  EXPECT_TRUE(IsUnreadable(R"({"type":"MList"})"));
}

TEST(InspectorMessagesTest, RefusesTypesNestedWithoutBound) {
  std::string type = R"({"type":"MInt"})";
  for (int i = 0; i < 1'000; ++i) type = R"({"type":"MList","args":[)" + type + "]}";
  EXPECT_TRUE(IsUnreadable(type));
}

TEST(InspectorMessagesTest, ALineWithoutAnIdIsNoAnswer) {
  EXPECT_FALSE(DecodeAnswer("").has_value());
  EXPECT_FALSE(DecodeAnswer("Starting up").has_value());
  EXPECT_FALSE(DecodeAnswer("[1]").has_value());
  EXPECT_FALSE(DecodeAnswer(R"({"failure":null})").has_value());
}

}  // namespace
}  // namespace mist
