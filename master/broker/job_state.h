// The one table of allowed moves between job states.
#pragma once

#include <optional>
#include <string_view>

#include "master/broker/job.h"

namespace mist {

[[nodiscard]] bool IsTerminal(JobState state);
[[nodiscard]] bool IsAllowedMove(JobState from, JobState to);

// The names of the API: "queued", "job-file-downloading", ...
std::string_view ToString(JobState state);
std::optional<JobState> ParseJobState(std::string_view text);

// "Http", "Cli", "Async Kafka", "Async Mqtt".
std::string_view ToString(Trigger source);
std::optional<Trigger> ParseTrigger(std::string_view text);

}  // namespace mist
