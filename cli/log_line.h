// One line of a job's log: "INFO 2018-10-20T01:46:40.123 [job-id] text". Lines of a stack trace
// have no such head.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace mist::cli {

// {"level", "time", "message"}, or only {"message"} for a line without a head.
nlohmann::json LogLineJson(std::string_view line);

}  // namespace mist::cli
