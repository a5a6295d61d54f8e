#pragma once

#include <string>

namespace mist {

// 127.0.0.0/8, ::1 and localhost.
bool IsLoopback(const std::string& host);

// How others reach a server that is bound to this host: the host itself, or for "all addresses" the
// address of this machine's name, or when that is loopback the first one of its interfaces, IPv4
// before IPv6.
std::string PublicHostOf(const std::string& bound_host);

}  // namespace mist
