// This process's sockets to a broker. Paho does not give them out.
#pragma once

#include <cstdint>
#include <set>

#include <sys/types.h>

namespace mist::mqtt {

using Sockets = std::set<ino_t>;

Sockets SocketsTo(std::uint16_t port);

// Ends their connections at once, in both directions; whoever uses them learns of it from the next
// call.
void ShutDown(const Sockets& sockets);

}  // namespace mist::mqtt
