#include "cli/sample_request.h"

#include <gtest/gtest.h>

namespace mist::cli {
namespace {

using nlohmann::json;

json Sample(const std::string& execute) {
  std::mt19937 random(1);
  return SampleRequest(json::parse(execute), random);
}

TEST(SampleRequestTest, HasAValueOfTheRightTypeForEachArgument) {
  const json sample = Sample(
      R"({"s":{"type":"MString"},"i":{"type":"MInt"},"d":{"type":"MDouble"},"b":{"type":"MBoolean"},
          "a":{"type":"MAny"}})");
  EXPECT_EQ(sample["s"], "string");
  EXPECT_TRUE(sample["i"].is_number_integer());
  EXPECT_GE(sample["i"], 0);
  EXPECT_LE(sample["i"], 10);
  EXPECT_TRUE(sample["d"].is_number_float());
  EXPECT_TRUE(sample["b"].is_boolean());
  EXPECT_EQ(sample["a"], json::object());
}

TEST(SampleRequestTest, FillsContainersWithOneElement) {
  const json sample = Sample(
      R"({"l":{"type":"MList","args":[{"type":"MString"}]},
          "m":{"type":"MMap","args":[{"type":"MString"},{"type":"MString"}]},
          "o":{"type":"MOption","args":[{"type":"MString"}]},
          "c":{"type":"MObj","fields":{"name":{"type":"MString"}}}})");
  EXPECT_EQ(sample, json::parse(R"({"l":["string"],"m":{"string":"string"},"o":"string",
                                    "c":{"name":"string"}})"));
}

TEST(SampleRequestTest, TakesAnUnknownTypeForAnObject) {
  EXPECT_EQ(Sample(R"({"x":{"type":"MNew"},"y":1,"z":{"type":"MList"}})"),
            json::parse(R"({"x":{},"y":{},"z":[{}]})"));
}

}  // namespace
}  // namespace mist::cli
