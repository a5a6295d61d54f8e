// The texts that configuration files use for values. nullopt when a text is not one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/duration.h"

namespace mist {

// true, yes, on and false, no, off, in any case.
std::optional<bool> ParseSwitch(std::string_view text);

// A whole number without a sign.
std::optional<std::int64_t> ParseCount(std::string_view text);

// What ParseTimeout() takes, and what HOCON has on top of it: "10m" for minutes, a bare number of
// milliseconds, and "infinity".
std::optional<ParsedTimeout> ParseSettingDuration(std::string_view text);

// "250m", "64 MiB", "1k", "5MB" (powers of ten), "512": the sizes of HOCON.
std::optional<std::int64_t> ParseBytes(std::string_view text);

// "64 MiB", "10 KiB", "1000 B": the largest unit that is exact.
std::string DescribeBytes(std::int64_t bytes);

}  // namespace mist
