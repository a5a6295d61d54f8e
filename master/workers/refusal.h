// How the protocol says no.
#pragma once

#include <string>

#include "worker_protocol/worker_types.h"

namespace mist {

[[nodiscard]] inline protocol::Refused Refused(protocol::RefusalCode::type code,
                                               const std::string& message) {
  protocol::Refused refused;
  refused.code = code;
  refused.message = message;
  return refused;
}

[[nodiscard]] inline protocol::Refused StaleSession() {
  return Refused(protocol::RefusalCode::STALE_SESSION, "the session is over: register again");
}

[[nodiscard]] inline protocol::Refused BadRequest(const std::string& message) {
  return Refused(protocol::RefusalCode::BAD_REQUEST, message);
}

}  // namespace mist
