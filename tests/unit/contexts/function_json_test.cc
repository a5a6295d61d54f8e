#include <gtest/gtest.h>

#include "base/error.h"
#include "contexts/context_json.h"

namespace mist {
namespace {

using Kind = ArgType::Kind;

const FunctionConfig kFunction = {{"f"}, "f_0.0.1.jar", "Foo$", {"default"}};

// One of every kind.
FunctionSchema EverySchema() {
  const ArgType integer{.kind = Kind::kInt};
  const ArgType object{.kind = Kind::kObject,
                       .fields = {{"b", integer}, {"a", {.kind = Kind::kString}}},
                       .precise_name = "geo.Point"};
  return {
      .language = FunctionLanguage::kScala,
      .arguments = {{"numbers",
                     {.kind = Kind::kList, .args = {{.kind = Kind::kInt, .precise_name = "Long"}}}},
                    {"multiplier", {.kind = Kind::kOption, .args = {integer}}},
                    {"map", {.kind = Kind::kMap, .args = {{.kind = Kind::kDouble}}}},
                    {"object", object},
                    {"any", {.kind = Kind::kAny}},
                    {"flag", {.kind = Kind::kBoolean}, /*of_class=*/"Req", /*unnamed=*/true}},
      .tags = {"sql"},
      .has_validators = true};
}

TEST(FunctionJsonTest, WhatIsWrittenCanBeReadAgain) {
  EXPECT_EQ(std::get<FunctionConfig>(ParseFunctionConfig(ToJson(kFunction).value)), kFunction);
  EXPECT_EQ(ParseFunctionSchema(ToJson(EverySchema()).value), EverySchema());
}

TEST(FunctionJsonTest, RetriesAreShownOneByOneWhereTheyAreSet) {
  const std::string head =
      R"({"name":"f","path":"f_0.0.1.jar","className":"Foo$","defaultContext":"default")";
  FunctionConfig function = kFunction;
  EXPECT_EQ(ToJson(function).value, head + "}");
  function.retry.retries = 0;
  EXPECT_EQ(ToJson(function).value, head + R"(,"retries":0})");
  function.retry = {std::nullopt, RetryOn::kFailure, std::chrono::milliseconds(1500)};
  EXPECT_EQ(ToJson(function).value, head + R"(,"retryOn":"failure","retryBackoff":"1500ms"})");
  EXPECT_EQ(std::get<FunctionConfig>(ParseFunctionConfig(ToJson(function).value)), function);
}

TEST(FunctionJsonTest, SaysWhatIsWrongWithRetries) {
  const auto error = [](const std::string& setting) {
    const auto parsed = ParseFunctionConfig(
        R"({"name":"f","path":"p","className":"c","defaultContext":"default",)" + setting + "}");
    const auto* bad = std::get_if<BadBody>(&parsed);
    return bad == nullptr ? "" : bad->text;
  };
  const std::string malformed = "The request content was malformed:\n";
  EXPECT_EQ(error(R"("retries":-1)"), "retries must be at least 0, got -1");
  EXPECT_EQ(error(R"("retries":"2")"), malformed + R"(Expected Int as JsNumber, but got "2")");
  EXPECT_EQ(error(R"("retryOn":"never")"), "Unknown retryOn never: worker-lost or failure");
  for (const char* value : {"soon", "Inf", "10xs", "-1s"}) {
    EXPECT_EQ(error(std::string(R"("retryBackoff":")") + value + '"'),
              std::string("retryBackoff must be a duration such as 10s, not Inf, got ") + value);
  }
  EXPECT_EQ(error(R"("retries":null,"retryOn":null,"retryBackoff":null)"), "");
}

TEST(FunctionJsonTest, InfoHasTheShapeOfTheApi) {
  EXPECT_EQ(
      ToFunctionInfoJson(kFunction, EverySchema()).value,
      R"({"name":"f","path":"f_0.0.1.jar","className":"Foo$","defaultContext":"default","lang":"scala",)"
      R"("execute":{"numbers":{"type":"MList","args":[{"type":"MInt"}]},)"
      R"("multiplier":{"type":"MOption","args":[{"type":"MInt"}]},)"
      R"("map":{"type":"MMap","args":[{"type":"MString"},{"type":"MDouble"}]},)"
      R"("object":{"type":"MObj","fields":{"b":{"type":"MInt"},"a":{"type":"MString"}}},)"
      R"("any":{"type":"MAny"},"flag":{"type":"MBoolean"}},"tags":["sql"]})");
}

TEST(FunctionJsonTest, EveryMemberIsRequired) {
  const auto result =
      ParseFunctionConfig(R"({"name":"f","className":"Foo$","defaultContext":"default"})");
  EXPECT_EQ(std::get<BadBody>(result).text,
            "The request content was malformed:\nObject is missing required member 'path'");
}

TEST(FunctionJsonTest, NamesAreNeverPaths) {
  const auto error = [](const std::string& name, const std::string& context) {
    return std::get<BadBody>(ParseFunctionConfig(R"({"name":")" + name +
                                                 R"(","path":"p","className":"c",)" +
                                                 R"("defaultContext":")" + context + "\"}"))
        .text;
  };
  EXPECT_EQ(error("../f", "c"), "Bad name: the name holds a '/'");
  EXPECT_EQ(error("f", ".."), "Bad defaultContext: the name must not be '..'");
}

TEST(FunctionJsonTest, DamagedSchemasAreCorrupt) {
  const std::string type_prefix = R"({"lang":"java","arguments":[{"name":"n","type":)";
  const std::string suffix = R"(}],"tags":[],"validated":false})";
  EXPECT_NO_THROW((void)ParseFunctionSchema(type_prefix + R"({"type":"MInt"})" + suffix));
  std::string deep = R"({"type":"MInt"})";
  for (int i = 0; i < 100; ++i) deep = R"({"type":"MList","args":[)" + deep + "]}";
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[]"), std::string(100000, '['),
        type_prefix + R"({"type":"MFoo"})" + suffix, type_prefix + R"({"type":"MList"})" + suffix,
        type_prefix + R"({"type":"MMap","args":[{"type":"MInt"}]})" + suffix,
        type_prefix + "5" + suffix, type_prefix + deep + suffix}) {
    try {
      (void)ParseFunctionSchema(text);
      FAIL() << text;
    } catch (const Error& e) {
      EXPECT_EQ(e.Code(), ErrorCode::kCorrupt) << text;
    }
  }
}

}  // namespace
}  // namespace mist
