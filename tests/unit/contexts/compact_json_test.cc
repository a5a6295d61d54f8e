#include <gtest/gtest.h>

#include "contexts/argument_check.h"

namespace mist {
namespace {

std::string Compact(std::string_view text) {
  const auto result = CompactJson(text);
  if (const auto* bad = std::get_if<BadJson>(&result)) return "BAD " + bad->message;
  return std::get<JsonText>(result).value;
}

bool IsBad(std::string_view text) {
  return Compact(text).starts_with("BAD ");
}

std::string Nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(CompactJsonTest, RemovesOnlyInsignificantSpace) {
  EXPECT_EQ(Compact(" { \"a b\" : [ 1 , \"x  y\" ,\t{ } , [ ] ] ,\r\n \"c\" : null } "),
            R"({"a b":[1,"x  y",{},[]],"c":null})");
}

TEST(CompactJsonTest, TakesScalarsOfEveryType) {
  for (const std::string_view text :
       {"1", "-0", "true", "false", "null", "\"\"", R"("\"\\\/\b\f\n\r\té")"}) {
    EXPECT_EQ(Compact(text), text);
  }
}

TEST(CompactJsonTest, KeepsEveryDigitOfNumbers) {
  for (const std::string_view text :
       {"123456789012345678901234567890", "0.1000000000000000000000000000001", "1e308", "3.0",
        "1E-400", "-1.5e+3"}) {
    EXPECT_EQ(Compact(text), text);
  }
}

TEST(CompactJsonTest, KeepsDuplicateKeys) {
  EXPECT_EQ(Compact(R"({"a":1,"a":2})"), R"({"a":1,"a":2})");
}

TEST(CompactJsonTest, RefusesNumbersBeyondDoubles) {
  EXPECT_EQ(Compact("[1, 1e999]"), "BAD number out of range at byte 4");
  EXPECT_TRUE(IsBad("-1e309"));
  EXPECT_TRUE(IsBad("1e99999999999999999999"));
  EXPECT_TRUE(IsBad(std::string(400, '9')));
}

TEST(CompactJsonTest, RefusesWhatIsNotJson) {
  for (const std::string_view text :
       {"",          " ",         "{",        "[1,]", "{\"a\":1,}", "[1 2]",  "{a:1}",
        "{\"a\" 1}", "'a'",       "01",       "1.",   ".5",         "+1",     "1e",
        "-",         "NaN",       "Infinity", "tru",  "nullx",      "[}",     "\"a",
        "\"\\x\"",   "\"\\u12\"", "{}{}",     "1 2",  "[1]]",       "\"\n\"", "// c\n1",
        "{\"a\"}",   "[,1]",      "{,}",      "\"\\", "\\"}) {
    EXPECT_TRUE(IsBad(text)) << text;
  }
}

TEST(CompactJsonTest, RefusesNulAndOtherControlCharacters) {
  EXPECT_TRUE(IsBad(std::string("\"a\0b\"", 5)));
  EXPECT_TRUE(IsBad(std::string("1\0", 2)));
  EXPECT_TRUE(IsBad(std::string(1, '\0')));
  EXPECT_EQ(Compact("\"\\u0000\""), "\"\\u0000\"");
}

TEST(CompactJsonTest, RefusesWhatIsNotUtf8) {
  for (const std::string_view bytes :
       {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x80"}) {
    EXPECT_TRUE(IsBad("\"" + std::string(bytes) + "\""));
  }
  EXPECT_EQ(Compact("\"\u20ac\U0001f600\""), "\"\u20ac\U0001f600\"");
}

TEST(CompactJsonTest, RefusesHalvesOfSurrogatePairs) {
  EXPECT_TRUE(IsBad(R"("\ud83d")"));
  EXPECT_TRUE(IsBad(R"("\ude00")"));
  EXPECT_TRUE(IsBad(R"("\ud83dx")"));
  EXPECT_EQ(Compact(R"("\ud83d\ude00")"), R"("\ud83d\ude00")");
}

TEST(CompactJsonTest, RefusesNestingBeyondTheLimit) {
  EXPECT_EQ(Compact(Nested(256)), Nested(256));
  EXPECT_EQ(Compact(Nested(257)), "BAD nested deeper than 256 levels at byte 256");
  EXPECT_TRUE(IsBad(Nested(100000)));
  EXPECT_TRUE(IsBad(std::string(1000000, '[')));
}

TEST(CompactJsonTest, StackDoesNotDependOnDepth) {
  const auto result = CompactJson(Nested(1000000), {.max_depth = 1000000});
  EXPECT_TRUE(std::holds_alternative<JsonText>(result));
}

TEST(CompactJsonTest, TakesManyMegabytes) {
  std::string text = "[0";
  for (int i = 0; i < 4000000; ++i) text += ",1";
  text += ']';
  EXPECT_EQ(Compact(text).size(), text.size());
}

}  // namespace
}  // namespace mist
