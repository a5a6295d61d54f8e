#include "api/http/request_head.h"

#include <gtest/gtest.h>

namespace mist::http {
namespace {

using State = HeadScan::State;

OrReply<RequestHead> Parse(const std::string& lines) {
  return ParseHead(lines + "\r\n\r\n", {});
}

int RefusedStatus(const std::string& lines) {
  const auto parsed = Parse(lines);
  const Reply* refused = std::get_if<Reply>(&parsed);
  return refused == nullptr ? 200 : refused->status;
}

TEST(RequestHeadTest, FindsTheEndOfAHeadHoweverItArrives) {
  const std::string head = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
  for (std::size_t seen = 0; seen < head.size(); ++seen) {
    EXPECT_EQ(ScanHead(std::string_view(head).substr(0, seen), 0, {}).state, State::kIncomplete);
    const HeadScan scan = ScanHead(head + "body", seen, {});
    EXPECT_EQ(scan.state, State::kComplete);
    EXPECT_EQ(scan.bytes, head.size());
  }
}

TEST(RequestHeadTest, RefusesBareNewlines) {
  EXPECT_EQ(ScanHead("GET / HTTP/1.1\n", 0, {}).state, State::kMalformed);
}

TEST(RequestHeadTest, BoundsHeadsWithoutAnEnd) {
  EXPECT_EQ(ScanHead(std::string(9 << 10, 'x'), 0, {}).state, State::kTargetTooLong);
  EXPECT_EQ(ScanHead("GET / HTTP/1.1\r\n" + std::string(17 << 10, 'x'), 0, {}).state,
            State::kHeadTooLarge);
}

TEST(RequestHeadTest, KeepsHeaderValuesAsTheyAre) {
  const auto head = std::get<RequestHead>(Parse("GET /a?b=%41 HTTP/1.1\r\nX-Name:  %0d%0a b \t"));
  EXPECT_EQ(head.target, "/a?b=%41");
  EXPECT_EQ(head.FindHeader("x-name"), "%0d%0a b");
}

TEST(RequestHeadTest, RecognisesAWebSocketHandshake) {
  const auto head = std::get<RequestHead>(Parse(
      "GET /v2/api/ws/all HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket"));
  EXPECT_TRUE(head.wants_upgrade);
  EXPECT_FALSE(std::get<RequestHead>(Parse("GET / HTTP/1.1\r\nUpgrade: websocket")).wants_upgrade);
}

TEST(RequestHeadTest, ClosesWhenAskedToAndForOldClients) {
  EXPECT_TRUE(std::get<RequestHead>(Parse("GET / HTTP/1.1")).keep_alive);
  EXPECT_FALSE(std::get<RequestHead>(Parse("GET / HTTP/1.1\r\nConnection: foo, Close")).keep_alive);
  EXPECT_FALSE(std::get<RequestHead>(Parse("GET / HTTP/1.0")).keep_alive);
}

TEST(RequestHeadTest, RefusesMalformedHeads) {
  for (const char* head :
       {"GET", "GET /", "GET  HTTP/1.1", "G(T / HTTP/1.1", "GET a HTTP/1.1",
        "GET http://a/ HTTP/1.1", "GET /\x01 HTTP/1.1", "GET / HTTP/1.1\r\nNoColon",
        "GET / HTTP/1.1\r\n: empty", "GET / HTTP/1.1\r\nA: b\x01",
        "GET / HTTP/1.1\r\nContent-Length: 1x", "GET / HTTP/1.1\r\nContent-Length: -1",
        "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999"}) {
    EXPECT_EQ(RefusedStatus(head), 400) << head;
  }
  EXPECT_EQ(RefusedStatus("GET / HTTP/2.0"), 505);
  EXPECT_EQ(RefusedStatus("POST / HTTP/1.1\r\nTransfer-Encoding: gzip"), 501);
  std::string many = "GET / HTTP/1.1";
  for (int i = 0; i < 101; ++i) many += "\r\nA: b";
  EXPECT_EQ(RefusedStatus(many), 431);
}

}  // namespace
}  // namespace mist::http
