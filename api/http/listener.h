// Opening the listening socket, and taking connections from it.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.h"

namespace mist::http {

struct Listener {
  int socket = -1;
  std::uint16_t port = 0;  // the one that was bound
};

// Binds exactly the address named, with SO_REUSEADDR and nothing else: a second listener on the
// port fails. Port 0 is any free one. Throws Error (kInvalidConfig for an unknown host,
// kUnavailable when the address is taken).
Listener Listen(const std::string& host, std::uint16_t port);

// Another owner of a listening socket takes it over. Throws Error.
Listener GoOnListening(FileHandle socket);

struct Accepted {
  enum class State { kConnection, kNoneLeft, kNoDescriptors };
  State state = State::kNoneLeft;
  int socket = -1;
  std::string remote_address = {};  // numeric
};

// Never blocks. The socket neither blocks nor delays small packets.
Accepted Accept(int listener);

// Whether a name or address can only be reached from this machine.
bool IsLoopback(const std::string& host);

}  // namespace mist::http
