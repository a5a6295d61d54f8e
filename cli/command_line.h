// mist-cli as a whole: global options, commands, and how failures become exit codes.
#pragma once

#include "cli/session.h"

namespace mist::cli {

// Parses the arguments, runs the command, and reports failures on the session's `err`. Throws
// nothing.
int Run(int argc, const char* const* argv, Session& session) noexcept;

}  // namespace mist::cli
