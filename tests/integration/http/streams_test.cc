// Streams of events over real sockets: what each client hears, and what becomes of bad ones.
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "tests/integration/http/http_world.h"
#include "tests/integration/http/raw_client.h"
#include "tests/integration/http/stream_client.h"
#include "tests/support/jobs.h"

namespace mist::http {
namespace {

using testing::MakeJob;

HttpServerOptions Streaming(StreamOptions streams = {}) {
  HttpServerOptions options;
  options.streams = streams;
  return options;
}

class StreamsTest : public ::testing::Test {
 protected:
  StreamsTest() { Restart({}); }

  void Restart(StreamOptions streams) {
    world_.reset();
    world_ = std::make_unique<HttpWorld>(Streaming(streams));
    world_->Stored().Write({InsertJob{one_}});
    world_->Stored().Write({InsertJob{two_}});
  }

  std::uint16_t Port() { return world_->Port(); }

  // Returns its JSON.
  std::string Happen(const Job& job, JobEvent::Kind kind) {
    const JobEvent event{++last_event_, kind, FromEpochMillis(1'000),
                         std::make_shared<const Job>(job)};
    world_->Stored().Write({AppendEvents{{RecordOf(event)}}});
    world_->Events().Publish(event);
    return R"({"id":")" + job.id.value + R"(","event":")" + std::string(ToString(kind)) + R"("})";
  }
  std::string Queue(const Job& job) { return Happen(job, JobEvent::Kind::kQueued); }

  void Log(const Job& job, const std::string& message) {
    std::atomic<bool> written = false;
    world_->Logs().Append(job.id, {{FromEpochMillis(1'000), LogLevel::kInfo, message, {}}},
                          [&](const LogWrite&) {
                            written = true;
                            written.notify_all();
                          });
    written.wait(false);
  }
  std::string LogJson(const Job& job, const std::string& message, int offset) {
    return R"({"id":")" + job.id.value + R"(","events":[{"from":")" + job.id.value +
           R"(","message":")" + message + R"(","timeStamp":1000,"level":2}],"fileOffset":)" +
           std::to_string(offset) + R"(,"event":"logs"})";
  }
  int LineBytes(const Job& job, const std::string& message) {
    return static_cast<int>(
        FormatLogLine(job.id, {FromEpochMillis(1'000), LogLevel::kInfo, message, {}}, 1'000)
            .size());
  }

  std::string Status() { return RawClient(Port()).Get("/v2/api/status").body; }

  Job one_ = MakeJob("one");
  Job two_ = MakeJob("two");
  EventNumber last_event_ = 0;
  std::unique_ptr<HttpWorld> world_;
};

// ---- WebSockets
// -----------------------------------------------------------------------------------

TEST_F(StreamsTest, AWebSocketHearsTheEventsOfAllJobs) {
  WebSocketClient client(Port(), "/v2/api/ws/all");
  const std::string first = Queue(one_);
  const std::string second = Queue(two_);
  EXPECT_EQ(client.Next(), first);
  EXPECT_EQ(client.Next(), second);
}

TEST_F(StreamsTest, AWebSocketOfAJobHearsOnlyItsEvents) {
  WebSocketClient client(Port(), "/v2/api/ws/jobs/" + two_.id.value);
  Queue(one_);
  const std::string second = Queue(two_);
  EXPECT_EQ(client.Next(), second);
}

TEST_F(StreamsTest, AWebSocketHearsNothingThatWasBefore) {
  Queue(one_);
  WebSocketClient client(Port(), "/v2/api/ws/all");
  const std::string second = Queue(two_);
  EXPECT_EQ(client.Next(), second);
}

TEST_F(StreamsTest, EventsHaveTheShapesOfTheOriginal) {
  WebSocketClient client(Port(), "/v2/api/ws/all");
  Job job = one_;
  job.external_id = "e1";
  job.arguments = {R"({"n":1})"};
  job.worker = WorkerId{"w1"};
  job.result = JsonText{R"({"x":42})"};
  const std::string id = R"({"id":")" + job.id.value + R"(",)";
  const std::string params = R"("params":{"filePath":")" + job.call.artifact_name +
                             R"(","className":")" + job.call.class_name +
                             R"(","arguments":{"n":1},"action":"execute"},)";
  const std::vector<std::pair<JobEvent::Kind, std::string>> shapes = {
      {JobEvent::Kind::kInitialized, params + R"("externalId":"e1","function":"one","context":")" +
                                         job.context.value + R"(","event":"initialized"})"},
      {JobEvent::Kind::kWorkerAssigned, R"("workerId":"w1","event":"worker-assigned"})"},
      {JobEvent::Kind::kDownloading, R"("time":1000,"event":"job-file-downloading"})"},
      {JobEvent::Kind::kStarted, R"("time":1000,"event":"started"})"},
      {JobEvent::Kind::kCancelling, R"("time":1000,"event":"cancelling"})"},
      {JobEvent::Kind::kCancelled, R"("time":1000,"event":"cancelled"})"},
      {JobEvent::Kind::kFinished, R"("time":1000,"result":{"x":42},"event":"finished"})"}};
  for (const auto& [kind, rest] : shapes) {
    Happen(job, kind);
    EXPECT_EQ(client.Next(), id + rest);
  }
  job.result = JsonText{R"("no")"};
  Happen(job, JobEvent::Kind::kFailed);
  EXPECT_EQ(client.Next(), id + R"("time":1000,"error":"no","event":"failed"})");
}

TEST_F(StreamsTest, LogLinesComeWhenTheyAreAskedFor) {
  WebSocketClient with(Port(), "/v2/api/ws/all?withLogs=True");
  WebSocketClient of_job(Port(), "/v2/api/ws/jobs/" + one_.id.value + "?withLogs=true");
  WebSocketClient without(Port(), "/v2/api/ws/all");
  Log(one_, "hello");
  const std::string event = Queue(one_);
  const std::string line = LogJson(one_, "hello", LineBytes(one_, "hello"));
  const auto both = [&](WebSocketClient& client) {
    const std::string first = client.Next();
    const std::string second = client.Next();
    EXPECT_TRUE((first == line && second == event) || (first == event && second == line))
        << first << second;
  };
  both(with);
  both(of_job);
  EXPECT_EQ(without.Next(), event);
}

TEST_F(StreamsTest, ProgressComesToThoseWhoAskForThatOfTheJob) {
  WebSocketClient asks(Port(), "/v2/api/ws/jobs/" + one_.id.value + "?withProgress=true");
  WebSocketClient asks_for_another(Port(),
                                   "/v2/api/ws/jobs/" + two_.id.value + "?withProgress=true");
  WebSocketClient does_not(Port(), "/v2/api/ws/jobs/" + one_.id.value);
  SparkProgress progress;
  progress.time = FromEpochMillis(1'000);
  progress.jobs = {1, 2, 3};
  progress.stages = {4, 5, 6, 7, 8};
  progress.tasks = {100, 9, 10, 11};
  progress.shown = {
      {5, 1, "count at \"x\"", SparkStage::State::kRunning, 20, 2, 3, 1, FromEpochMillis(900), {}}};
  world_->Events().PublishProgress(
      {one_.id, std::make_shared<const SparkProgress>(std::move(progress))});
  const std::string one = Queue(one_);
  const std::string two = Queue(two_);
  EXPECT_EQ(asks.Next(),
            R"({"id":")" + one_.id.value +
                R"(","progress":{"time":1000,)"
                R"("jobs":{"running":1,"completed":2,"failed":3},)"
                R"("stages":{"waiting":4,"running":5,"completed":6,"failed":7,"skipped":8},)"
                R"("tasks":{"all":100,"running":9,"completed":10,"failed":11},)"
                R"("shown":[{"id":5,"attempt":1,"name":"count at \"x\"","state":"running",)"
                R"("tasks":{"all":20,"running":2,"completed":3,"failed":1},"begin":900}]},)"
                R"("event":"progress"})");
  EXPECT_EQ(asks.Next(), one);
  EXPECT_EQ(asks_for_another.Next(), two);
  EXPECT_EQ(does_not.Next(), one);
}

TEST_F(StreamsTest, ProgressOfAllJobsAtOnceIsRefused) {
  const auto answer = RawClient(Port()).Get("/v2/api/events?withProgress=true");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "withProgress is for the stream of one job");
}

TEST_F(StreamsTest, IdleStreamsSayThatTheyAreAlive) {
  Restart({.keep_alive = std::chrono::milliseconds(20)});
  WebSocketClient client(Port(), "/v2/api/ws/all");
  EXPECT_EQ(client.Next(), R"({"event":"keep-alive"})");
  EXPECT_EQ(client.Next(), R"({"event":"keep-alive"})");
  EventStreamClient events(Port(), "/v2/api/events");
  EXPECT_EQ(events.Next().data, R"({"event":"keep-alive"})");
}

TEST_F(StreamsTest, MessagesOfAClientAreIgnored) {
  WebSocketClient client(Port(), "/v2/api/ws/all");
  client.Stream().write(boost::asio::buffer(std::string("hello")));
  const std::string event = Queue(one_);
  EXPECT_EQ(client.Next(), event);
}

// ---- bad clients
// ----------------------------------------------------------------------------------

TEST_F(StreamsTest, PlainRequestsToWebSocketsAre404) {
  EXPECT_EQ(RawClient(Port()).Get("/v2/api/ws/all").status, 404);
  EXPECT_EQ(RawClient(Port()).Get("/v2/api/ws/jobs/x").status, 404);
}

TEST_F(StreamsTest, AMalformedQueryIs400) {
  const std::string upgrade =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  EXPECT_EQ(RawClient(Port()).Get("/v2/api/ws/all?withLogs=maybe", upgrade).status, 400);
  EXPECT_EQ(RawClient(Port()).Get("/v2/api/events?lastEventId=x").status, 400);
  EXPECT_EQ(RawClient(Port()).Get("/v2/api/events", "Last-Event-ID: 1.-2\r\n").status, 400);
}

TEST_F(StreamsTest, ForeignPagesMayNotListen) {
  EXPECT_THROW(WebSocketClient(Port(), "/v2/api/ws/all", "http://evil.example"), std::exception);
  WebSocketClient own(Port(), "/v2/api/ws/all", "http://127.0.0.1");
  const std::string event = Queue(one_);
  EXPECT_EQ(own.Next(), event);
}

TEST_F(StreamsTest, AMessageThatIsTooLargeEndsTheWebSocket) {
  WebSocketClient client(Port(), "/v2/api/ws/all");
  boost::system::error_code ignored;
  client.Stream().write(boost::asio::buffer(std::string(100 << 10, 'x')), ignored);
  EXPECT_EQ(client.AwaitClose(), boost::beast::websocket::close_code::too_big);
}

TEST_F(StreamsTest, AMessageThatIsFragmentedForEverEndsTheWebSocket) {
  WebSocketClient client(Port(), "/v2/api/ws/all");
  boost::system::error_code error;
  const std::string piece(1 << 10, 'x');
  for (int i = 0; i < 65; ++i) {
    client.Stream().write_some(false, boost::asio::buffer(piece), error);
  }
  EXPECT_EQ(client.AwaitClose(), boost::beast::websocket::close_code::too_big);
}

// They carry nothing, so no limit of a message's size ends them.
TEST_F(StreamsTest, EmptyFragmentsForEverEndTheWebSocketAndAreCounted) {
  WebSocketClient client(Port(), "/v2/api/ws/all");
  boost::system::error_code error;
  while (!error) client.Stream().write_some(false, boost::asio::buffer("", 0), error);
  while (Status().find(R"("open":0,"dropped":1)") == std::string::npos) {
  }
}

TEST_F(StreamsTest, ControlFramesForEverEndTheWebSocketAndAreCounted) {
  WebSocketClient client(Port(), "/v2/api/ws/all");
  boost::system::error_code error;
  while (!error) client.Stream().pong({}, error);
  while (Status().find(R"("open":0,"dropped":1)") == std::string::npos) {
  }
}

TEST_F(StreamsTest, AnUnmaskedFrameEndsTheWebSocketAndIsCounted) {
  WebSocketClient client(Port(), "/v2/api/ws/all");
  boost::asio::write(client.Stream().next_layer(), boost::asio::buffer("\x81\x02hi", 4));
  EXPECT_EQ(client.AwaitClose(), boost::beast::websocket::close_code::protocol_error);
  while (Status().find(R"("open":0,"dropped":1)") == std::string::npos) {
  }
}

// Its socket takes no more, so the server's writing stalls.
TEST_F(StreamsTest, AClientThatTakesNothingIsDroppedAndCounted) {
  Restart({.stall_timeout = std::chrono::milliseconds(100)});
  EventStreamClient client(Port(), "/v2/api/events?withLogs=true");
  const std::string large(1 << 20, 'x');
  for (int i = 0; i < 32; ++i) Log(one_, large);
  while (Status().find(R"("open":0,"dropped":1)") == std::string::npos) {
  }
  EXPECT_TRUE(client.AwaitEnd());
}

TEST_F(StreamsTest, BeyondTheLimitStreamsAreRefused) {
  Restart({.max_streams = 1});
  EventStreamClient first(Port(), "/v2/api/events");
  EXPECT_EQ(RawClient(Port()).Get("/v2/api/events").status, 503);
  const std::string event = Queue(one_);
  EXPECT_EQ(first.Next().data, event);
}

TEST_F(StreamsTest, ClientsHearThatTheServerStops) {
  WebSocketClient socket(Port(), "/v2/api/ws/all");
  EventStreamClient events(Port(), "/v2/api/events");
  world_->Server().Stop(std::chrono::milliseconds(0));
  EXPECT_EQ(socket.AwaitClose(), boost::beast::websocket::close_code::going_away);
  EXPECT_TRUE(events.AwaitEnd());
}

// ---- server-sent events
// ---------------------------------------------------------------------------

TEST_F(StreamsTest, ServerSentEventsAreTheSameJsonWithNumbers) {
  EventStreamClient client(Port(), "/v2/api/events");
  EXPECT_NE(client.Head().find("Content-Type: text/event-stream"), std::string::npos);
  const std::string first = Queue(one_);
  const ServerSentEvent event = client.Next();
  EXPECT_EQ(event.data, first);
  EXPECT_EQ(event.id, "1");
}

TEST_F(StreamsTest, AClientThatComesAgainMissesNothing) {
  std::string last_id;
  {
    EventStreamClient client(Port(), "/v2/api/events");
    Queue(one_);
    client.Next();
    last_id = client.LastId();
  }
  const std::string missed = Queue(two_);
  EventStreamClient again(Port(), "/v2/api/events", "Last-Event-ID: " + last_id + "\r\n");
  EXPECT_EQ(again.Next().data, missed);
  const std::string live = Queue(one_);
  EXPECT_EQ(again.Next().data, live);
}

TEST_F(StreamsTest, AClientThatWasCutBeforeTheFirstEventMissesNothing) {
  Queue(one_);
  const std::string opened = [&] {
    EventStreamClient client(Port(), "/v2/api/events");
    const std::string second = Queue(one_);
    client.Next();
    return client.LastId();
  }();
  EXPECT_EQ(opened, "2");
}

TEST_F(StreamsTest, EverythingCanBeReadFromTheBeginning) {
  const std::string first = Queue(one_);
  const std::string second = Queue(two_);
  EventStreamClient client(Port(), "/v2/api/events?lastEventId=0");
  EXPECT_EQ(client.Next().data, first);
  EXPECT_EQ(client.Next().data, second);
}

TEST_F(StreamsTest, TheLogOfAJobGoesOnWhereItWasCut) {
  const std::string target = "/v2/api/jobs/" + one_.id.value + "/events?withLogs=true";
  Log(one_, "before");
  EventStreamClient client(Port(), target);
  Log(one_, "live");
  const int before = LineBytes(one_, "before");
  const int live = before + LineBytes(one_, "live");
  EXPECT_EQ(client.Next().data, LogJson(one_, "live", live));
  EXPECT_EQ(client.LastId(), "0." + std::to_string(live));

  Log(one_, "missed");
  EventStreamClient again(Port(), target, "Last-Event-ID: " + client.LastId() + "\r\n");
  const int missed = live + LineBytes(one_, "missed");
  EXPECT_EQ(again.Next().data, LogJson(one_, "missed", missed));
  Log(one_, "later");
  EXPECT_EQ(again.Next().data, LogJson(one_, "later", missed + LineBytes(one_, "later")));
}

TEST_F(StreamsTest, ALogCanBeReadFromItsBeginning) {
  Log(one_, "first");
  EventStreamClient client(
      Port(), "/v2/api/jobs/" + one_.id.value + "/events?withLogs=true&lastEventId=0.0");
  EXPECT_EQ(client.Next().data, LogJson(one_, "first", LineBytes(one_, "first")));
}

// More than may wait for it in memory: the rest comes from the file.
TEST_F(StreamsTest, ASlowFollowerOfOneLogMissesNothing) {
  Restart({.max_waiting_line_bytes = 1'000});
  EventStreamClient client(Port(), "/v2/api/jobs/" + one_.id.value + "/events?withLogs=true");
  const std::string filler(10'000, 'x');
  constexpr int kLines = 500;
  for (int i = 0; i < kLines; ++i) Log(one_, std::to_string(i) + filler);
  int next = 0;
  while (next < kLines) {
    const std::string data = client.Next().data;
    for (std::size_t at = 0; (at = data.find(R"("message":")", at)) != std::string::npos; ++next) {
      at += 11;
      ASSERT_EQ(std::stoi(data.substr(at, 10)), next);
    }
  }
}

TEST_F(StreamsTest, HeadOfAStreamIsAnsweredWithoutOne) {
  RawClient client(Port());
  const RawReply reply = client.Ask("HEAD", "/v2/api/events");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "text/event-stream");
}

}  // namespace
}  // namespace mist::http
