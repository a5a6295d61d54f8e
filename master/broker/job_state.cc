#include "master/broker/job_state.h"

#include <array>
#include <utility>

namespace mist {
namespace {

constexpr std::array<std::pair<JobState, std::string_view>, 8> kStateNames{{
    {JobState::kInitialized, "initialized"},
    {JobState::kQueued, "queued"},
    {JobState::kDownloading, "job-file-downloading"},
    {JobState::kStarted, "started"},
    {JobState::kCancelling, "cancelling"},
    {JobState::kFinished, "finished"},
    {JobState::kFailed, "failed"},
    {JobState::kCancelled, "cancelled"},
}};

constexpr std::array<std::pair<Trigger, std::string_view>, 4> kTriggerNames{{
    {Trigger::kHttp, "Http"},
    {Trigger::kCli, "Cli"},
    {Trigger::kKafka, "Async Kafka"},
    {Trigger::kMqtt, "Async Mqtt"},
}};

template <typename Table, typename Value>
std::string_view NameOf(const Table& table, Value value) {
  for (const auto& [candidate, name] : table) {
    if (candidate == value) return name;
  }
  return "unknown";
}

template <typename Value, typename Table>
std::optional<Value> ValueOf(const Table& table, std::string_view text) {
  for (const auto& [value, name] : table) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace

bool IsTerminal(JobState state) {
  return state == JobState::kFinished || state == JobState::kFailed ||
         state == JobState::kCancelled;
}

bool IsAllowedMove(JobState from, JobState to) {
  switch (from) {
    case JobState::kInitialized:
      return to == JobState::kQueued;
    case JobState::kQueued:  // started: when the worker had the artifact already
      return to == JobState::kDownloading || to == JobState::kStarted ||
             to == JobState::kCancelling || to == JobState::kFailed;
    case JobState::kDownloading:
      return to == JobState::kStarted || to == JobState::kCancelling || to == JobState::kFailed;
    case JobState::kStarted:
      return to == JobState::kCancelling || to == JobState::kFinished || to == JobState::kFailed;
    case JobState::kCancelling:
      return IsTerminal(to);
    case JobState::kFinished:
    case JobState::kFailed:
    case JobState::kCancelled:
      return false;
  }
  return false;
}

std::string_view ToString(JobState state) {
  return NameOf(kStateNames, state);
}
std::optional<JobState> ParseJobState(std::string_view text) {
  return ValueOf<JobState>(kStateNames, text);
}

std::string_view ToString(Trigger source) {
  return NameOf(kTriggerNames, source);
}
std::optional<Trigger> ParseTrigger(std::string_view text) {
  return ValueOf<Trigger>(kTriggerNames, text);
}

}  // namespace mist
