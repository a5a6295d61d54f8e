#include "api/mqtt/packet_id.h"

#include <gtest/gtest.h>

namespace mist::mqtt {
namespace {

TEST(PacketIdTest, IsThatOfPahosStruct) {
  MQTTAsync_message arrived = MQTTAsync_message_initializer;
  for (const int id : {1, 258, 65'535}) {
    arrived.msgid = id;
    EXPECT_EQ(PacketId(*::mqtt::message::create("topic", arrived)), id);
  }
}

}  // namespace
}  // namespace mist::mqtt
