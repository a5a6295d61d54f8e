#include "contexts/names.h"

#include <gtest/gtest.h>

namespace mist {
namespace {

TEST(NamesTest, TakesDotsBlanksAndAnyAlphabet) {
  for (const std::string_view name :
       {"a", "user.name_ctx", "...", "two words", "\u043f\u0438", "-x", "a:b"}) {
    EXPECT_EQ(CheckName(name), "") << name;
  }
  EXPECT_EQ(CheckName(std::string(255, 'x')), "");
}

TEST(NamesTest, SaysWhatIsWrong) {
  EXPECT_EQ(CheckName(""), "the name is empty");
  EXPECT_EQ(CheckName("."), "the name must not be '.'");
  EXPECT_EQ(CheckName(".."), "the name must not be '..'");
  EXPECT_EQ(CheckName("a/b"), "the name holds a '/'");
  EXPECT_EQ(CheckName("a\nb"), "the name holds a control character");
  EXPECT_EQ(CheckName(std::string("a\0b", 3)), "the name holds a control character");
  EXPECT_EQ(CheckName("\xff"), "the name is not UTF-8");
  EXPECT_EQ(CheckName(std::string(256, 'x')), "the name is longer than 255 bytes");
}

}  // namespace
}  // namespace mist
