// Events as the outside sees them: the same JSON on every stream and for every message broker.
#pragma once

#include <string>

#include "master/broker/job_event.h"
#include "master/events/event_feed.h"

namespace mist {

// The call of a job, as events and job details show it.
std::string ParamsJson(const Job& job);

// {"id":..,...,"event":"finished"}
std::string EventJson(const JobEvent& event);
// {"id":..,"events":[..],"fileOffset":..,"event":"logs"}
std::string LogsEventJson(const WrittenLines& written);

// {"time":..,"jobs":{..},"stages":{..},"tasks":{..},"shown":[..]}
std::string ProgressJson(const SparkProgress& progress);
// {"id":..,"progress":{..},"event":"progress"}
std::string ProgressEventJson(const ToldProgress& told);

// What idle streams say.
inline constexpr char kKeepAliveJson[] = R"({"event":"keep-alive"})";

}  // namespace mist
