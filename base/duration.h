// The two ways in which Mist 1.1 writes durations, and the text in which it shows them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mist {

// A duration that may be infinite (nullopt). Nanoseconds: query parameters accept them.
using Timeout = std::optional<std::chrono::nanoseconds>;

struct ParsedTimeout {
  Timeout timeout;
};

// "10s", "1.5 minutes", "Inf", "PlusInf", "250ms", "1 hour" ...: the grammar of startTimeout and of
// durations in configuration files. nullopt when the text is not of that grammar, negative or
// beyond 100,000 days.
std::optional<ParsedTimeout> ParseTimeout(std::string_view text);

// In the coarsest unit that is exact: "1 minute", "10 seconds", "1500 milliseconds",
// "Duration.Inf".
std::string Describe(const Timeout& timeout);

// Contexts in JSON: whole seconds and "s" ("3600s"), or "Inf". A fraction of a second is written as
// milliseconds
// ("500ms"), which the original would have cut to "0s".
std::string ToJsonDuration(const Timeout& timeout);

}  // namespace mist
