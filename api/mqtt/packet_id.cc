#include "api/mqtt/packet_id.h"

namespace mist::mqtt {
namespace {

namespace paho = ::mqtt;

// Paho's message keeps the packet id in a private member and has no function that tells it (looked
// at in 1.2.0). The names in an explicit instantiation are not checked for access.
using Member = MQTTAsync_message paho::message::*;

struct Message {
  friend Member MemberOf(Message);
};

template <Member member>
struct Access {
  friend Member MemberOf(Message) { return member; }
};

template struct Access<&paho::message::msg_>;

}  // namespace

int PacketId(const paho::message& message) {
  return (message.*MemberOf(Message())).msgid;
}

}  // namespace mist::mqtt
