#include "api/http/connection.h"

#include <array>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mist::http {
namespace {

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    ours_ = ends[0];
    client_ = ends[1];
  }
  ~ConnectionTest() override { close(client_); }

  // Up to 64 bytes; empty when the connection has ended.
  std::string Received() const {
    std::string bytes(64, '\0');
    const ssize_t count = recv(client_, bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }

  int ours_ = -1;
  int client_ = -1;
};

TEST_F(ConnectionTest, ShutDownEndsIt) {
  Connection connection(ours_, "127.0.0.1");
  connection.ShutDown();
  EXPECT_EQ(Received(), "");
}

// The server stops between a stream's first word and the end of the request that asked for it.
TEST_F(ConnectionTest, ShutDownLeavesASocketThatWasHandedOver) {
  Connection connection(ours_, "127.0.0.1");
  const int stream = connection.HandOver();
  connection.ShutDown();
  ASSERT_EQ(send(stream, "goodbye", 7, MSG_NOSIGNAL), 7);
  EXPECT_EQ(Received(), "goodbye");
  close(stream);
}

}  // namespace
}  // namespace mist::http
