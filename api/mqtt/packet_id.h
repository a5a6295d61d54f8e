#pragma once

#include <mqtt/message.h>

namespace mist::mqtt {

// With which the broker has sent the message.
int PacketId(const ::mqtt::message& message);

}  // namespace mist::mqtt
