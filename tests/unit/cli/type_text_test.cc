#include "cli/type_text.h"

#include <gtest/gtest.h>

namespace mist::cli {
namespace {

std::string Text(const char* type) {
  return TypeText(nlohmann::json::parse(type));
}

TEST(TypeTextTest, NamesEveryType) {
  EXPECT_EQ(Text(R"({"type":"MString"})"), "string");
  EXPECT_EQ(Text(R"({"type":"MInt"})"), "int");
  EXPECT_EQ(Text(R"({"type":"MDouble"})"), "double");
  EXPECT_EQ(Text(R"({"type":"MBoolean"})"), "boolean");
  EXPECT_EQ(Text(R"({"type":"MAny"})"), "any");
  EXPECT_EQ(Text(R"({"type":"MList","args":[{"type":"MInt"}]})"), "list of int");
  EXPECT_EQ(Text(R"({"type":"MMap","args":[{"type":"MString"},{"type":"MAny"}]})"),
            "map of string to any");
  EXPECT_EQ(Text(R"({"type":"MOption","args":[{"type":"MDouble"}]})"), "optional double");
  EXPECT_EQ(Text(R"({"type":"MObj","fields":{"x":{"type":"MInt"},"y":{"type":"MString"}}})"),
            "{x: int, y: string}");
}

TEST(TypeTextTest, ShowsWhatItDoesNotKnowAsItIs) {
  EXPECT_EQ(Text(R"({"type":"MNew"})"), R"({"type":"MNew"})");
  EXPECT_EQ(Text(R"({"type":1})"), R"({"type":1})");
  EXPECT_EQ(Text("7"), "7");
  EXPECT_EQ(Text(R"({"type":"MList"})"), "list of any");
}

}  // namespace
}  // namespace mist::cli
