#include "contexts/argument_check.h"

#include <gtest/gtest.h>

namespace mist {
namespace {

using Kind = ArgType::Kind;

ArgType Of(Kind kind, std::vector<ArgType> args = {}) {
  return {.kind = kind, .args = std::move(args)};
}
ArgType Named(Kind kind, std::string precise_name) {
  return {.kind = kind, .precise_name = std::move(precise_name)};
}
ArgType List(ArgType element) {
  return Of(Kind::kList, {std::move(element)});
}
ArgType Map(ArgType value) {
  return Of(Kind::kMap, {std::move(value)});
}
ArgType Option(ArgType inner) {
  return Of(Kind::kOption, {std::move(inner)});
}

const ArgType kInt = Of(Kind::kInt);
const ArgType kLong = Named(Kind::kInt, "Long");
const ArgType kString = Of(Kind::kString);

std::string Check(const FunctionSchema& schema, std::string_view arguments) {
  return CheckArguments(schema, std::get<JsonText>(CompactJson(arguments)));
}

// The answer for one argument "n" of this type.
std::string CheckOne(const ArgType& type, std::string_view value,
                     FunctionLanguage language = FunctionLanguage::kScala) {
  const FunctionSchema schema{.language = language, .arguments = {{"n", type}}};
  return Check(schema, R"({"n":)" + std::string(value) + "}");
}

TEST(ArgumentCheckTest, NamesTheFieldTheTypeAndTheValue) {
  const FunctionSchema schema{.arguments = {{"numbers", List(kInt)}}};
  EXPECT_EQ(Check(schema, R"({"numbers":"abc"})"),
            "Invalid field numbers:Invalid type: expected List[Int], got abc");
  EXPECT_EQ(Check(schema, R"({"numbers":[1,2]})"), "");
}

TEST(ArgumentCheckTest, MissingAndNullAreTheSame) {
  const std::string missing = "Invalid field n:Invalid type: expected Int, got null";
  EXPECT_EQ(CheckOne(kInt, "null"), missing);
  EXPECT_EQ(Check({.arguments = {{"n", kInt}}}, "{}"), missing);
  EXPECT_EQ(Check({.arguments = {{"n", Of(Kind::kAny)}}}, "{}"),
            "Invalid field n:Invalid type: expected Any, got null");
}

TEST(ArgumentCheckTest, OptionsMayBeMissing) {
  EXPECT_EQ(Check({.arguments = {{"n", Option(kInt)}}}, "{}"), "");
  EXPECT_EQ(CheckOne(Option(kInt), "null"), "");
  EXPECT_EQ(CheckOne(Option(kInt), "5"), "");
  EXPECT_EQ(CheckOne(Option(kInt), "\"x\""), "Invalid field n:Invalid type: expected Int, got x");
}

TEST(ArgumentCheckTest, ExtraArgumentsAreAccepted) {
  EXPECT_EQ(Check({.arguments = {{"n", kInt}}}, R"({"n":1,"m":[{}]})"), "");
  EXPECT_EQ(Check({}, R"({"m":1})"), "");
}

TEST(ArgumentCheckTest, SeveralErrorsComeInTheOrderOfTheArguments) {
  EXPECT_EQ(Check({.arguments = {{"b", kInt}, {"a", kString}}}, R"({"a":1,"b":true})"),
            "Errors[Invalid field b:Invalid type: expected Int, got true,"
            "Invalid field a:Invalid type: expected String, got 1]");
}

TEST(ArgumentCheckTest, IntRefusesFractionsAndOverflow) {
  for (const std::string_view good :
       {"0", "-0", "2147483647", "-2147483648", "5.0", "5e3", "1200e-2", "0e999999"}) {
    EXPECT_EQ(CheckOne(kInt, good), "") << good;
  }
  for (const std::string_view bad :
       {"1.5", "2147483648", "-2147483649", "5e-1", "1e100", "1e-99999999999999999999"}) {
    EXPECT_EQ(CheckOne(kInt, bad),
              "Invalid field n:Invalid type: expected Int, got " + std::string(bad));
  }
}

TEST(ArgumentCheckTest, LongHas64Bits) {
  EXPECT_EQ(CheckOne(kLong, "9223372036854775807"), "");
  EXPECT_EQ(CheckOne(kLong, "-9223372036854775808"), "");
  EXPECT_EQ(CheckOne(kLong, "9223372036854775808"),
            "Invalid field n:Invalid type: expected Long, got 9223372036854775808");
}

TEST(ArgumentCheckTest, PythonIntegersHaveNoLimit) {
  EXPECT_EQ(CheckOne(kInt, "123456789012345678901234567890", FunctionLanguage::kPython), "");
  EXPECT_NE(CheckOne(kInt, "1.5", FunctionLanguage::kPython), "");
}

TEST(ArgumentCheckTest, DoubleTakesAnyNumberAndOnlyNumbers) {
  EXPECT_EQ(CheckOne(Of(Kind::kDouble), "1"), "");
  EXPECT_EQ(CheckOne(Named(Kind::kDouble, "Float"), "1.25e10"), "");
  EXPECT_EQ(CheckOne(Named(Kind::kDouble, "Float"), "\"1\""),
            "Invalid field n:Invalid type: expected Float, got 1");
}

TEST(ArgumentCheckTest, NothingIsConverted) {
  EXPECT_NE(CheckOne(kInt, "\"5\""), "");
  EXPECT_NE(CheckOne(kInt, "true"), "");
  EXPECT_NE(CheckOne(Of(Kind::kBoolean), "\"true\""), "");
  EXPECT_NE(CheckOne(Of(Kind::kBoolean), "0"), "");
  EXPECT_NE(CheckOne(kString, "5"), "");
  EXPECT_EQ(CheckOne(Of(Kind::kBoolean), "false"), "");
  EXPECT_EQ(CheckOne(Of(Kind::kAny), "[1,{}]"), "");
}

TEST(ArgumentCheckTest, SaysWhereInsideOfAnArgumentTheFaultIs) {
  EXPECT_EQ(CheckOne(List(kInt), R"([1,"x"])"),
            "Invalid field n:Invalid type: expected List[Int], got [1,\"x\"] "
            "(at n[1]: Invalid type: expected Int, got x)");
  EXPECT_EQ(CheckOne(Map(List(kInt)), R"({"a":[1],"b c":[2,null]})"),
            "Invalid field n:Invalid type: expected Map[String, List[Int]], got {\"a\":[1],\"b "
            "c\":[2,null]} "
            "(at n.b c[1]: Invalid type: expected Int, got null)");
}

TEST(ArgumentCheckTest, ListsOfOptionsMayHoldNulls) {
  EXPECT_EQ(CheckOne(List(Option(kInt)), "[1,null]"), "");
  EXPECT_EQ(CheckOne(List(Of(Kind::kAny)), "[1,null]"), "");
  EXPECT_EQ(CheckOne(List(kInt), "[]"), "");
}

TEST(ArgumentCheckTest, ObjectsAreCheckedFieldByField) {
  ArgType point = Of(Kind::kObject);
  point.fields = {{"x", kInt}, {"y", Option(kInt)}, {"tags", List(kString)}};
  EXPECT_EQ(CheckOne(point, R"({"x":1,"tags":[],"more":1})"), "");
  EXPECT_EQ(CheckOne(point, "3"),
            "Invalid field n:Invalid type: expected Object "
            "{x=Int,y=Option[Int],tags=List[String]}, got 3");
  EXPECT_EQ(CheckOne(point, R"({"x":"q"})"),
            "Invalid field n:Errors[Invalid field x:Invalid type: expected Int, got q,"
            "Invalid field tags:Invalid type: expected List[String], got null]");
  point.precise_name = "geo.Point";
  EXPECT_EQ(CheckOne(point, R"({"x":"q","tags":[]})"),
            "Invalid field n:Incomplete object for class geo.Point, reason: "
            "Invalid field x:Invalid type: expected Int, got q");
}

TEST(ArgumentCheckTest, FieldsOfTheRequestsClassAreOneError) {
  const FunctionSchema schema{.arguments = {{.name = "x", .type = kInt, .of_class = "Req"},
                                            {.name = "y", .type = kInt, .of_class = "Req"},
                                            {.name = "n", .type = kInt}}};
  EXPECT_EQ(Check(schema, R"({"x":1,"y":2,"n":3})"), "");
  EXPECT_EQ(Check(schema, R"({"x":1,"n":3})"),
            "Incomplete object for class Req, reason: "
            "Invalid field y:Invalid type: expected Int, got null");
  EXPECT_EQ(Check(schema, R"({"x":"a"})"),
            "Errors[Incomplete object for class Req, reason: "
            "Errors[Invalid field x:Invalid type: expected Int, got a,"
            "Invalid field y:Invalid type: expected Int, got null],"
            "Invalid field n:Invalid type: expected Int, got null]");
}

TEST(ArgumentCheckTest, SomeErrorsDoNotTellTheArgumentsName) {
  const FunctionSchema schema{
      .arguments = {{.name = "list", .type = List(kInt), .unnamed = true},
                    {.name = "text", .type = Option(kString), .unnamed = true}}};
  EXPECT_EQ(Check(schema, R"({"list":[]})"), "");
  EXPECT_EQ(Check(schema, R"({"text":5})"),
            "Errors[Invalid type: expected List[Int], got null,"
            "Invalid type: expected String, got 5]");
}

TEST(ArgumentCheckTest, OfEqualKeysTheLastCounts) {
  EXPECT_EQ(Check({.arguments = {{"n", kInt}}}, R"({"n":"x","n":1})"), "");
  EXPECT_NE(Check({.arguments = {{"n", kInt}}}, R"({"n":1,"n":"x"})"), "");
}

TEST(ArgumentCheckTest, EscapedKeysAreTheSameKeys) {
  EXPECT_EQ(Check({.arguments = {{"n", kInt}}}, R"({"\u006e":1})"), "");
}

TEST(ArgumentCheckTest, ArgumentsMustBeAnObject) {
  EXPECT_EQ(Check({}, "[1]"), "Invalid type: expected Object, got [1]");
  EXPECT_EQ(Check({}, "\"x\""), "Invalid type: expected Object, got x");
}

TEST(ArgumentCheckTest, LongValuesAreCutBetweenCharacters) {
  std::string euros;
  for (int i = 0; i < 100000; ++i) euros += "\u20ac";
  const std::string answer = CheckOne(kInt, "\"" + euros + "\"");
  EXPECT_LT(answer.size(), 400U);
  EXPECT_TRUE(answer.ends_with("\u20ac...")) << answer;
}

TEST(ArgumentCheckTest, DeepValuesForShallowTypesAreRefusedInNoTime) {
  const std::string deep = std::string(250, '[') + std::string(250, ']');
  EXPECT_NE(CheckOne(List(kInt), deep), "");
  EXPECT_EQ(CheckOne(List(Of(Kind::kAny)), deep), "");
}

}  // namespace
}  // namespace mist
