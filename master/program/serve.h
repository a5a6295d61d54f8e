// A master's life in its process: from the start of its parts to SIGTERM, or to the program that
// takes its place.
#pragma once

#include <functional>

#include "master/program/commands.h"
#include "master/program/handover.h"

namespace mist {

// Serves until SIGTERM or SIGINT; reloads contexts at SIGHUP; at kUpgradeSignal becomes the program
// that was asked for, and then does not return. `handed` is empty for a usual start; what is left
// of it when the start fails can be given back. `up` is called when the doors are open. The exit
// code; throws Error when the start fails.
int Serve(const CommandOptions& options, LoadedConfig loaded, HandOver& handed,
          const std::function<void()>& up);

// The start of a program that was handed something: the master that asked hears how it went.
// When this one cannot start, the previous program gets everything back.
int GoOn(const CommandOptions& options, HandOver handed);

}  // namespace mist
