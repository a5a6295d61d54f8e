#include "api/mqtt/sockets.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mist::mqtt {
namespace {

// Listens on a port of its own.
class SocketsTest : public testing::Test {
 protected:
  void SetUp() override {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    ASSERT_EQ(bind(listener_, Address(), size), 0);
    ASSERT_EQ(listen(listener_, 8), 0);
    ASSERT_EQ(getsockname(listener_, Address(), &size), 0);
  }
  void TearDown() override { close(listener_); }

  int Connect() {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(connect(client, Address(), sizeof address_), 0);
    return client;
  }

  std::uint16_t Port() const { return ntohs(address_.sin_port); }

 private:
  sockaddr* Address() { return reinterpret_cast<sockaddr*>(&address_); }

  sockaddr_in address_{};
  const int listener_ = socket(AF_INET, SOCK_STREAM, 0);
};

bool CanSend(int socket) {
  return send(socket, "x", 1, MSG_NOSIGNAL) == 1;
}

TEST_F(SocketsTest, OnlyConnectionsToThePortAreFound) {
  EXPECT_TRUE(SocketsTo(Port()).empty());
  const int one = Connect();
  EXPECT_EQ(SocketsTo(Port()).size(), 1U);
  const int two = Connect();
  EXPECT_EQ(SocketsTo(Port()).size(), 2U);
  close(one);
  EXPECT_EQ(SocketsTo(Port()).size(), 1U);
  close(two);
}

TEST_F(SocketsTest, NothingCanBeSaidAfterAShutDownAndOthersGoOn) {
  const int one = Connect();
  const Sockets of_one = SocketsTo(Port());
  const int two = Connect();
  ShutDown(of_one);
  EXPECT_FALSE(CanSend(one));
  EXPECT_TRUE(CanSend(two));
  close(one);
  close(two);
}

}  // namespace
}  // namespace mist::mqtt
