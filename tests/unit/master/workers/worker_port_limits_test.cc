// What strangers and heavy use may not do to the worker port.
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "tests/unit/master/workers/worker_world.h"

namespace mist {
namespace {

using testing::StandinConnection;
using testing::StandinWorker;
using testing::WorkerWorld;

FileHandle Dial(std::uint16_t port) {
  FileHandle socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(socket.Descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return socket;
}

void Send(const FileHandle& socket, const std::string& bytes) {
  (void)!send(socket.Descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

// The server has closed the connection; what it still sends is read.
bool IsClosedWithin(const FileHandle& socket, int millis) {
  for (char bytes[512];;) {
    pollfd waiting{socket.Descriptor(), POLLIN, 0};
    if (poll(&waiting, 1, millis) != 1) return false;
    if (recv(socket.Descriptor(), bytes, sizeof bytes, 0) <= 0) return true;
  }
}

std::string BigEndian(std::uint32_t number) {
  const std::uint32_t wire = htonl(number);
  return {reinterpret_cast<const char*>(&wire), sizeof wire};
}

WorkerWorld::Settings WithPort(ConnectionServerOptions port) {
  WorkerWorld::Settings settings;
  settings.port = std::move(port);
  return settings;
}

TEST(WorkerPortLimitsTest, ClosesConnectionsThatSpeakSomethingElse) {
  WorkerWorld world;
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(1 << 20, '\xff'),
        std::string(1 << 20, '\0'), std::string("\x16\x03\x01\x02\x00\x01", 6)}) {
    const FileHandle socket = Dial(world.server.Port());
    Send(socket, bytes);
    EXPECT_TRUE(IsClosedWithin(socket, 30'000));
  }
}

TEST(WorkerPortLimitsTest, AllocatesNothingForALengthThatAStrangerClaims) {
  WorkerWorld world;
  const FileHandle socket = Dial(world.server.Port());
  // A call whose name claims 2 GB.
  Send(socket, BigEndian(0x80010001) + BigEndian(0x7fffffff) + "x");
  EXPECT_TRUE(IsClosedWithin(socket, 30'000));
}

TEST(WorkerPortLimitsTest, ClosesAConnectionThatDoesNotRegister) {
  ConnectionServerOptions port;
  port.first_call_within = Millis(100);
  WorkerWorld world(WithPort(port));
  const FileHandle silent = Dial(world.server.Port());
  EXPECT_TRUE(IsClosedWithin(silent, 30'000));
  const FileHandle half_a_message = Dial(world.server.Port());
  Send(half_a_message, BigEndian(0x80010001));
  EXPECT_TRUE(IsClosedWithin(half_a_message, 30'000));
}

TEST(WorkerPortLimitsTest, KeepsAConnectionThatHasRegistered) {
  ConnectionServerOptions port;
  port.first_call_within = Millis(200);
  WorkerWorld world(WithPort(port));
  StandinConnection worker("127.0.0.1", world.server.Port());
  protocol::Welcome welcome;
  worker.Client().registerWorker(welcome, MakeHello(world.Options()));
  // Another connection's deadline has passed, so the first one's would have, too.
  EXPECT_TRUE(IsClosedWithin(Dial(world.server.Port()), 30'000));
  protocol::ReportReply reply;
  EXPECT_NO_THROW(worker.Client().report(reply, welcome.session, {}));
}

TEST(WorkerPortLimitsTest, RefusesConnectionsBeyondTheLimitAndServesAgainLater) {
  ConnectionServerOptions port;
  port.max_connections = 2;
  port.first_call_within = Millis(300);
  WorkerWorld world(WithPort(port));
  std::vector<FileHandle> sockets;
  for (int i = 0; i < 3; ++i) sockets.push_back(Dial(world.server.Port()));
  for (const FileHandle& socket : sockets) EXPECT_TRUE(IsClosedWithin(socket, 30'000));
  StandinWorker worker(world.Options());
  worker.Start();
  EXPECT_TRUE(world.inbox.Next<WorkerRegistered>());
}

TEST(WorkerPortLimitsTest, ClosesAConnectionWhoseMessageIsHuge) {
  WorkerWorld world;
  StandinConnection worker("127.0.0.1", world.server.Port());
  protocol::Welcome welcome;
  worker.Client().registerWorker(welcome, MakeHello(world.Options()));
  protocol::Report report;
  report.body.result_chunk.bytes = std::string(1 << 20, 'x');
  report.body.__isset.result_chunk = true;
  const std::vector<protocol::Report> reports(100, report);
  protocol::ReportReply reply;
  EXPECT_THROW(worker.Client().report(reply, welcome.session, reports), apache::thrift::TException);
}

// Thrift's own counters end a connection after 100 MiB.
TEST(WorkerPortLimitsTest, CarriesMoreThanAGibibyteThroughOneConnection) {
  WorkerWorld world;
  StandinConnection worker("127.0.0.1", world.server.Port());
  protocol::Welcome welcome;
  worker.Client().registerWorker(welcome, MakeHello(world.Options()));
  protocol::Report report;
  report.body.result_chunk.id.job_id = "job-1";
  report.body.result_chunk.bytes = std::string(1 << 20, 'x');
  report.body.__isset.result_chunk = true;
  protocol::ReportReply reply;
  for (int i = 1; i <= 1100; ++i) {
    report.number = i;
    worker.Client().report(reply, welcome.session, {report});
  }
  EXPECT_EQ(world.inbox.Next<ReportsReceived>()->through, 1);
}

TEST(WorkerPortLimitsTest, CarriesMoreThanAGibibyteOfSmallStringsThroughOneConnection) {
  WorkerWorld world;
  StandinConnection worker("127.0.0.1", world.server.Port());
  protocol::Welcome welcome;
  worker.Client().registerWorker(welcome, MakeHello(world.Options()));
  protocol::Report report;
  report.body.log_lines.id.job_id = "job-1";
  report.body.log_lines.lines.resize(500);
  for (protocol::LogLine& line : report.body.log_lines.lines) {
    line.level = protocol::LogLevel::INFO;
    line.message = std::string(16 << 10, 'x');
  }
  report.body.__isset.log_lines = true;
  protocol::ReportReply reply;
  for (int i = 0; i < 140; ++i) {
    report.number = 0;  // already seen: only the transport is of interest
    worker.Client().report(reply, welcome.session, {report});
  }
}

TEST(WorkerPortLimitsTest, StopsInTimeWhateverItsConnectionsDo) {
  auto world = std::make_unique<WorkerWorld>();
  StandinWorker worker(world->Options());
  worker.Start();
  ASSERT_TRUE(world->inbox.Next<WorkerReady>());
  const FileHandle silent = Dial(world->server.Port());
  const auto before = std::chrono::steady_clock::now();
  world->server.Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

TEST(WorkerPortLimitsTest, SaysWhichAddressCannotBeBound) {
  WorkerWorld world;
  ConnectionServerOptions taken;
  taken.port = world.server.Port();
  ConnectionServer second(taken, [](const Connection&) {});
  try {
    second.Start();
    FAIL() << "bound the same port twice";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("127.0.0.1:" + std::to_string(taken.port)),
              std::string::npos);
  }
}

}  // namespace
}  // namespace mist
