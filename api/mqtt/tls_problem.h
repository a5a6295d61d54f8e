// Why TLS with a broker fails. Paho says only that it does.
#pragma once

#include <string>

#include "api/mqtt/broker.h"

namespace mist::mqtt {

// Tries to connect once more, without MQTT, and tells what is wrong with the certificates of
// either side; empty when it finds nothing. For ssl:// only. Any thread; takes some seconds at
// most.
std::string TlsProblem(const Broker& broker);

}  // namespace mist::mqtt
