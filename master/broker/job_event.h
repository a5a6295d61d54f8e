// One change of one job, as the outside sees it. Published only after the change is durable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "master/broker/job.h"

namespace mist {

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

  Kind kind = Kind::kInitialized;
  WallTime time;
  std::shared_ptr<const Job> job;  // as it was right after the change; never null
};

// The `event` of the API: "worker-assigned", ...
std::string_view ToString(JobEvent::Kind kind);

// The line that the event leaves in the job's log. kFailed has none here: its line carries the
// error, at level ERROR.
std::optional<std::string> LogMessage(JobEvent::Kind kind, const Job& job);

}  // namespace mist
