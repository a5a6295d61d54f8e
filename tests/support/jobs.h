// Jobs for tests that need some job and do not care which.
#pragma once

#include <string>

#include "master/broker/job.h"

namespace mist::testing {

// A queued job of `function` with a fresh id, every field filled that a queued job can have.
Job MakeJob(const std::string& function = "f");

}  // namespace mist::testing
