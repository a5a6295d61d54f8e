// One change of one job, as the outside sees it. Published only after the change is durable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "master/broker/job.h"
#include "master/logs/log_line.h"

namespace mist {

// Counts the events of all jobs over the life of the store, from 1, rising; numbers may be missing.
using EventNumber = std::int64_t;

struct JobEvent {
  enum class Kind {
    kInitialized,
    kQueued,
    kWorkerAssigned,
    kDownloading,
    kStarted,
    kCancelling,
    kFinished,
    kFailed,
    kCancelled,
  };

  EventNumber number = 0;
  Kind kind = Kind::kInitialized;
  WallTime time;
  std::shared_ptr<const Job> job;  // as it was right after the change; never null
};

// What the store keeps of an event: everything else that it tells never changes again in its job's
// row.
struct EventRecord {
  EventNumber number = 0;
  JobEvent::Kind kind = JobEvent::Kind::kInitialized;
  WallTime time;
  JobId job;
  std::optional<WorkerId> worker;  // kWorkerAssigned only: a later attempt has another one

  bool operator==(const EventRecord&) const = default;
};

EventRecord RecordOf(const JobEvent& event);

// The `event` of the API: "worker-assigned", ...
std::string_view ToString(JobEvent::Kind kind);
std::optional<JobEvent::Kind> ParseEventKind(std::string_view text);

// What tells of a move to this state.
JobEvent::Kind EventOf(JobState state);

// The line that the event leaves in the job's log. kFailed has none here: its line carries the
// error, at level ERROR.
std::optional<std::string> LogMessage(JobEvent::Kind kind, const Job& job);

// How every job's log begins. The job's row says it all, so these lines are written with the first
// one that says more: a long queue makes no files.
std::vector<LogLine> OpeningLines(const Job& job);

}  // namespace mist
