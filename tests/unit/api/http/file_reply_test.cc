#include "api/http/file_reply.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"
#include "tests/unit/api/http/request_maker.h"

namespace mist::http {
namespace {

class FileReplyTest : public ::testing::Test {
 protected:
  FileReplyTest() { std::ofstream(folder_.Path() / "file") << "0123456789"; }

  Reply Ask(std::vector<Header> headers, std::int64_t bytes = 10) {
    return FileReply(maker_.Make("GET", "/", std::move(headers)),
                     {.path = folder_.Path() / "file",
                      .bytes = bytes,
                      .etag = "\"tag\"",
                      .modified = FromEpochMillis(1540000000123),
                      .content_type = "text/plain"});
  }
  // "" for the whole file.
  std::string RangeOf(const std::string& range) {
    const Reply reply = Ask({{"Range", range}});
    if (reply.status == 416) return "beyond";
    return reply.status == 206 ? reply.file->file.Read(reply.file->offset, reply.file->bytes) : "";
  }

  testing::TempFolder folder_;
  RequestMaker maker_;
};

TEST_F(FileReplyTest, CutsTheRangeThatIsAskedFor) {
  EXPECT_EQ(RangeOf("bytes=0-0"), "0");
  EXPECT_EQ(RangeOf("bytes=8-99"), "89");
  EXPECT_EQ(RangeOf("bytes=7-"), "789");
  EXPECT_EQ(RangeOf("bytes=-2"), "89");
  EXPECT_EQ(RangeOf("bytes=-99"), "0123456789");
}

TEST_F(FileReplyTest, SendsTheWholeFileForRangesThatItDoesNotServe) {
  for (const char* range : {"bytes=0-1,3-4", "bytes=5-4", "bytes=a-b", "bytes=", "bytes=-",
                            "lines=1-2", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(RangeOf(range), "") << range;
  }
}

TEST_F(FileReplyTest, RefusesRangesBeyondTheEnd) {
  EXPECT_EQ(RangeOf("bytes=10-"), "beyond");
  EXPECT_EQ(RangeOf("bytes=-0"), "beyond");
}

TEST_F(FileReplyTest, TellsAClientThatItHasTheFileAlready) {
  EXPECT_EQ(Ask({{"If-None-Match", "\"other\", \"tag\""}}).status, 304);
  EXPECT_EQ(Ask({{"If-None-Match", "\"other\""}}).status, 200);
  EXPECT_EQ(Ask({{"If-Modified-Since", "Sat, 20 Oct 2018 01:46:40 GMT"}}).status, 304);
  EXPECT_EQ(Ask({{"If-Modified-Since", "Sat, 20 Oct 2018 01:46:39 GMT"}}).status, 200);
}

TEST_F(FileReplyTest, NeverSendsMoreOfAGrowingFileThanItAnnounced) {
  EXPECT_EQ(Ask({}, 4).file->bytes, 4);
}

}  // namespace
}  // namespace mist::http
