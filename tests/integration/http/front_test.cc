// Connections, heads, bodies and threads: what clients may do to the server, and what they may not.
#include "api/http/front.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/integration/http/http_world.h"
#include "tests/integration/http/raw_client.h"

namespace mist::http {
namespace {

using std::chrono::milliseconds;

constexpr char kPiJobs[] = "/v2/api/functions/pi/jobs";
constexpr char kWaitingCall[] =
    "POST /v2/api/functions/waiting/jobs?force=true HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}";

HttpServerOptions ShortDeadlines() {
  HttpServerOptions options;
  options.front.head_timeout = milliseconds(50);
  options.front.limits.pace = {.grace = milliseconds(50), .min_bytes_per_second = 1 << 30};
  return options;
}

std::string Chunk(const std::string& data) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + data + "\r\n";
}

TEST(FrontTest, AnswersSeveralRequestsOnOneConnection) {
  HttpWorld world;
  RawClient client(world.Port());
  EXPECT_EQ(client.Get("/health/live").status, 200);
  EXPECT_EQ(client.Get("/health/live").status, 200);
}

TEST(FrontTest, AnswersPipelinedRequestsInOrder) {
  HttpWorld world;
  RawClient client(world.Port());
  std::string requests;
  for (int i = 0; i < 200; ++i)
    requests += i % 2 == 0 ? "GET /health/live HTTP/1.1\r\n\r\n" : "GET /nowhere HTTP/1.1\r\n\r\n";
  client.Send(requests);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.Receive().status, i % 2 == 0 ? 200 : 404) << i;
}

TEST(FrontTest, TakesAHeadThatArrivesByteByByte) {
  HttpWorld world;
  RawClient client(world.Port());
  for (const char c : std::string("\r\nGET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
    client.Send(std::string(1, c));
  }
  EXPECT_EQ(client.Receive().status, 200);
}

TEST(FrontTest, ServesAtOnceBesideAThousandIdleConnections) {
  HttpWorld world;
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(std::make_unique<RawClient>(world.Port()));
    ASSERT_EQ(idle.back()->Get("/health/live").status, 200) << i;
  }
  RawClient client(world.Port());
  EXPECT_EQ(client.Get("/health/live").status, 200);
  EXPECT_EQ(idle.front()->Get("/health/live").status, 200);
}

TEST(FrontTest, ServesBesideClientsThatNeverEndTheirHeads) {
  HttpWorld world;
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(std::make_unique<RawClient>(world.Port()));
    slow.back()->Send("GET /health/live HTTP/1.1\r\nX-Slow: ");
  }
  RawClient client(world.Port());
  EXPECT_EQ(client.Get("/health/live").status, 200);
}

TEST(FrontTest, EndsAHeadThatDripsBeyondItsDeadline) {
  HttpWorld world(ShortDeadlines());
  RawClient client(world.Port());
  client.Send("GET /health/live HTTP/1.1\r\n");
  while (client.Send("X-Drip: 1\r\n")) {
    std::this_thread::yield();
  }
  SUCCEED();
}

TEST(FrontTest, SaysThatAHeadCameTooLate) {
  HttpWorld world(ShortDeadlines());
  RawClient client(world.Port());
  client.Send("GET /health/live HTTP/1.1\r\n");
  EXPECT_EQ(client.Receive().status, 408);
}

TEST(FrontTest, RefusesAHugeHead) {
  HttpWorld world;
  RawClient client(world.Port());
  client.Send("GET / HTTP/1.1\r\nX-Huge: " + std::string(1 << 20, 'x') + "\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 431);
}

TEST(FrontTest, RefusesARequestLineWithoutAnEnd) {
  HttpWorld world;
  RawClient client(world.Port());
  client.Send("GET /" + std::string(64 << 10, 'x'));
  EXPECT_EQ(client.Receive().status, 414);
}

TEST(FrontTest, RefusesALongTarget) {
  HttpWorld world;
  RawClient client(world.Port());
  EXPECT_EQ(client.Get("/" + std::string((8 << 10) + 1, 'x')).status, 414);
}

TEST(FrontTest, RefusesWhatTwoProgramsCouldReadDifferently) {
  HttpWorld world;
  for (const std::string request :
       {"GET / HTTP/1.1\nHost: localhost\n\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\na",
        "GET / HTTP/1.1\r\nX-Folded: a\r\n b\r\n\r\n", "GET / HTTP/1.1\r\nBlank : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"}) {
    RawClient client(world.Port());
    client.Send(request);
    EXPECT_EQ(client.Receive().status, 400) << request;
  }
}

TEST(FrontTest, TakesAChunkedBody) {
  HttpWorld world;
  RawClient client(world.Port());
  client.Send("POST " + std::string(kPiJobs) + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.Send(Chunk("{\"samp") + Chunk("les\":1000}") + "0\r\nX-Trailer: 1\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(world.Jobs().LastStart().arguments.value, R"({"samples":1000})");
  EXPECT_EQ(client.Get("/health/live").status, 200);
}

TEST(FrontTest, RefusesABodyOverTheLimitByItsLength) {
  HttpServerOptions options;
  options.routes.max_json_bytes = 1000;
  HttpWorld world(options);
  RawClient client(world.Port());
  client.Send("POST " + std::string(kPiJobs) + " HTTP/1.1\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 413);
}

TEST(FrontTest, RefusesAChunkedBodyOverTheLimit) {
  HttpServerOptions options;
  options.routes.max_json_bytes = 100'000;
  HttpWorld world(options);
  RawClient client(world.Port());
  client.Send("POST " + std::string(kPiJobs) + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 1000 && client.Send(Chunk(std::string(10'000, ' '))); ++i) {
  }
  EXPECT_EQ(client.Receive().status, 413);
}

TEST(FrontTest, RefusesChunksOfNonsense) {
  HttpWorld world;
  for (const std::string chunks :
       {"xyz\r\n", "-1\r\n", "ffffffffffffffffffff\r\n", "1\r\nab\r\n", "1;"}) {
    RawClient client(world.Port());
    client.Send("POST " + std::string(kPiJobs) + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" +
                chunks + std::string(300, 'z'));
    EXPECT_EQ(client.Receive().status, 400) << chunks;
  }
}

TEST(FrontTest, RefusesCompressedBodies) {
  HttpWorld world;
  RawClient client(world.Port());
  EXPECT_EQ(client.Ask("POST", kPiJobs, "\x1f\x8b bomb", "Content-Encoding: gzip\r\n").status, 415);
}

TEST(FrontTest, EndsABodyThatIsTooSlow) {
  HttpWorld world(ShortDeadlines());
  RawClient client(world.Port());
  client.Send("POST " + std::string(kPiJobs) + " HTTP/1.1\r\nContent-Length: 10\r\n\r\n{");
  EXPECT_EQ(client.Receive().status, 408);
}

TEST(FrontTest, InvitesABodyThatWaitsForIt) {
  HttpWorld world;
  RawClient client(world.Port());
  client.Send("POST " + std::string(kPiJobs) +
              " HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 100);
  client.Send("{}");
  EXPECT_EQ(client.Receive().status, 200);
}

TEST(FrontTest, TakesTheNextRequestAfterABodyThatNobodyRead) {
  HttpWorld world;
  RawClient client(world.Port());
  EXPECT_EQ(client.Ask("POST", "/nowhere", "GET /smuggled HTTP/1.1\r\n\r\n").status, 404);
  EXPECT_EQ(client.Get("/health/live").status, 200);
}

TEST(FrontTest, DeliversTheRefusalOfABodyThatIsStillBeingSent) {
  HttpWorld world;
  RawClient client(world.Port());
  client.Send("POST /nowhere HTTP/1.1\r\nContent-Length: 50000000\r\n\r\n" +
              std::string(1 << 20, 'x'));
  const RawReply reply = client.Receive();
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.headers.at("connection"), "close");
}

TEST(FrontTest, ClosesWhenTheClientAsksForIt) {
  HttpWorld world;
  RawClient client(world.Port());
  EXPECT_EQ(client.Get("/health/live", "Connection: close\r\n").headers.at("connection"), "close");
  EXPECT_TRUE(client.AwaitClose());
}

TEST(FrontTest, AnswersShortRequestsWhileHundredsWaitForJobs) {
  HttpServerOptions options;
  options.front.threads = {.max_running = 2, .max_waiting = 300};
  HttpWorld world(options);
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < 300; ++i) {
    waiting.push_back(std::make_unique<RawClient>(world.Port()));
    waiting.back()->Send(kWaitingCall);
  }
  world.Jobs().AwaitCallers(300);
  RawClient client(world.Port());
  EXPECT_EQ(client.Get("/health/live").status, 200);
  EXPECT_EQ(client.Ask("POST", "/v2/api/functions/waiting/jobs?force=true", "{}").status, 503);
  world.Jobs().Release();
  for (auto& caller : waiting) EXPECT_EQ(caller->Receive().status, 200);
}

TEST(FrontTest, MakesRoomForNewConnectionsByClosingIdleOnes) {
  HttpServerOptions options;
  options.front.max_connections = 10;
  options.front.threads.max_running = 2;
  HttpWorld world(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<RawClient>(world.Port()));
    ASSERT_EQ(clients.back()->Get("/health/live").status, 200) << i;
  }
  EXPECT_TRUE(clients.front()->AwaitClose());
}

// With Nagle's algorithm one of two packets of a reply would wait for the client's delayed
// acknowledgement, 40 ms; so the middle of many round trips would be a thousand times the fastest.
TEST(FrontTest, NeverDelaysSmallReplies) {
  HttpWorld world;
  RawClient client(world.Port());
  std::vector<std::chrono::nanoseconds> times;
  for (int i = 0; i < 500; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(client.Get("/health/live").status, 200);
    times.push_back(std::chrono::steady_clock::now() - start);
  }
  std::sort(times.begin(), times.end());
  EXPECT_LT(times[times.size() / 2].count(), 50 * times.front().count());
}

TEST(FrontTest, ASecondServerCannotBindTheSamePort) {
  HttpWorld world;
  HttpServerOptions options;
  options.front.port = world.Port();
  EXPECT_THROW(HttpWorld second(options), Error);
}

TEST(FrontTest, StopLetsRunningRequestsEndAndClosesIdleConnections) {
  HttpWorld world;
  RawClient idle(world.Port());
  ASSERT_EQ(idle.Get("/health/live").status, 200);
  RawClient busy(world.Port());
  busy.Send(kWaitingCall);
  world.Jobs().AwaitCallers(1);
  std::jthread stopper([&] { world.Server().Stop(std::chrono::minutes(1)); });
  EXPECT_TRUE(idle.AwaitClose());
  world.Jobs().Release();
  const RawReply reply = busy.Receive();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("connection"), "close");
}

TEST(FrontTest, StopCutsConnectionsWhenTheGraceIsOver) {
  HttpWorld world;
  RawClient uploading(world.Port());
  uploading.Send("POST " + std::string(kPiJobs) +
                 " HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  ASSERT_EQ(uploading.Receive().status, 100);
  world.Server().Stop(milliseconds(10));
  EXPECT_TRUE(uploading.AwaitClose());
}

// ---- handing over -----------------------------------------------------------------------------

FrontOptions AnyPort() {
  FrontOptions options;
  options.port = 0;
  return options;
}

Reply Said(const std::string& text) {
  return {.content_type = "text/plain", .body = text};
}

TEST(FrontTest, AnotherFrontGoesOnWithIdleAndHalfReadConnections) {
  Front first(AnyPort(), [](const Request&) { return Said("first"); });
  first.Start();
  const std::uint16_t port = first.Port();
  RawClient idle(port);
  EXPECT_EQ(idle.Get("/").body, "first");
  RawClient half(port);
  half.Send("GET / HT");

  Front second(AnyPort(), [](const Request&) { return Said("second"); });
  second.Start(first.HandOver(std::chrono::minutes(1), [] {}));
  EXPECT_EQ(second.Port(), port);
  EXPECT_EQ(idle.Get("/").body, "second");
  half.Send("TP/1.1\r\n\r\n");
  EXPECT_EQ(half.Receive().body, "second");
  EXPECT_EQ(RawClient(port).Get("/").body, "second");
}

TEST(FrontTest, ARequestThatWaitsIsAnsweredByTheFrontThatGoesOn) {
  std::promise<void> woken;
  std::promise<void> waits;
  Front first(AnyPort(), [&](const Request& request) {
    std::string body(std::get<std::string_view>(request.body.Next(100)));
    EXPECT_EQ(body, "{}");
    waits.set_value();
    woken.get_future().wait();
    return Reply{.status = 503, .later = RequestLine{"GET", "/later?a=1"}};
  });
  first.Start();
  RawClient client(first.Port());
  client.Send("POST /now HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\nOrigin: there\r\n\r\n{}");
  client.Send("GET /next HTTP/1.1\r\n\r\n");
  waits.get_future().wait();

  Front second(AnyPort(), [](const Request& request) {
    return Said(request.method + " " + request.target + " " +
                std::string(request.FindHeader("Host").value_or("")) + " " +
                std::string(request.FindHeader("Origin").value_or("")) + " " +
                std::string(request.FindHeader("Content-Length").value_or("none")));
  });
  second.Start(first.HandOver(std::chrono::minutes(1), [&] { woken.set_value(); }));
  EXPECT_EQ(client.Receive().body, "GET /later?a=1 here there none");
  EXPECT_EQ(client.Receive().body, "GET /next   none");
}

TEST(FrontTest, ARequestThatEndsWhileItsFrontHandsOverIsAnswered) {
  std::promise<void> woken;
  std::promise<void> waits;
  Front first(AnyPort(), [&](const Request&) {
    waits.set_value();
    woken.get_future().wait();
    return Said("first");
  });
  first.Start();
  RawClient client(first.Port());
  client.Send("GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  waits.get_future().wait();
  Front second(AnyPort(), [](const Request&) { return Said("second"); });
  second.Start(first.HandOver(std::chrono::minutes(1), [&] { woken.set_value(); }));
  EXPECT_EQ(client.Receive().body, "first");
  EXPECT_EQ(client.Receive().body, "second");
}

TEST(FrontTest, ARequestThatOutlastsTheGraceIsNotHandedOver) {
  std::promise<void> waits;
  Front first(AnyPort(), [&](const Request& request) {
    waits.set_value();
    std::ignore = request.body.Next(100);  // which does not come
    return Said("first");
  });
  first.Start();
  RawClient client(first.Port());
  client.Send("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
  waits.get_future().wait();
  const HeldDoor held = first.HandOver(milliseconds(10), [] {});
  EXPECT_TRUE(held.listener.IsOpen());
  EXPECT_TRUE(held.connections.empty());
  EXPECT_TRUE(client.AwaitClose());
}

TEST(FrontTest, StartsAndStopsAgainAndAgain) {
  FrontOptions options;
  options.port = 0;
  Front front(options, [](const Request&) { return Reply(); });
  for (int i = 0; i < 20; ++i) {
    front.Start();
    front.Start();
    RawClient client(front.Port());
    EXPECT_EQ(client.Get("/").status, 200);
    front.Stop(milliseconds(0));
    front.Stop(milliseconds(0));
  }
}

}  // namespace
}  // namespace mist::http
