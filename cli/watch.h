// Doing something again and again for somebody who watches, until Ctrl-C.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli/session.h"

namespace mist::cli {

// Prints to the session it is given. Throws Error when the master cannot be asked.
using Draw = std::function<void(Session& session)>;

// On a terminal each drawing takes the place of the one before; otherwise they follow each other.
// A master that cannot be asked is said once and asked again: it may be restarting. Throws what the
// first drawing throws; never returns otherwise.
[[noreturn]] void Watch(Session& session, std::chrono::milliseconds interval,
                        const std::string& title, const Draw& draw);

}  // namespace mist::cli
