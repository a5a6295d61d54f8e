#include "api/mqtt/connection.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace mist::mqtt {
namespace {

TEST(ConnectionTest, ThePortIsTheEndOfTheUri) {
  EXPECT_EQ(PortOf("tcp://broker:1883"), 1883);
  EXPECT_EQ(PortOf("ssl://[::1]:8883"), 8883);
  for (const char* uri : {"", "tcp://broker", "tcp://broker:", "tcp://broker:x", "tcp://b:70000"})
    EXPECT_EQ(PortOf(uri), 0) << uri;
}

TEST(ConnectionTest, ACancelledConnectionConnectsNoMore) {
  Mutex connecting;
  Connection connection({.broker = {.uri = "tcp://127.0.0.1:1",
                                    .username = "",
                                    .password = "",
                                    .ca = "",
                                    .certificate = "",
                                    .key = ""},
                         .client_id = "test"},
                        connecting);
  connection.Cancel();
  EXPECT_THROW(connection.Connect(), Error);
  EXPECT_FALSE(connection.IsOpen());
}

}  // namespace
}  // namespace mist::mqtt
