#include "master/broker/job_event.h"

namespace mist {

std::string_view ToString(JobEvent::Kind kind) {
  switch (kind) {
    case JobEvent::Kind::kInitialized:
      return "initialized";
    case JobEvent::Kind::kQueued:
      return "queued";
    case JobEvent::Kind::kWorkerAssigned:
      return "worker-assigned";
    case JobEvent::Kind::kDownloading:
      return "job-file-downloading";
    case JobEvent::Kind::kStarted:
      return "started";
    case JobEvent::Kind::kCancelling:
      return "cancelling";
    case JobEvent::Kind::kFinished:
      return "finished";
    case JobEvent::Kind::kFailed:
      return "failed";
    case JobEvent::Kind::kCancelled:
      return "cancelled";
  }
  return "unknown";
}

std::optional<std::string> LogMessage(JobEvent::Kind kind, const Job& job) {
  switch (kind) {
    case JobEvent::Kind::kInitialized:
      return "InitializedEvent(externalId=" +
             (job.external_id ? "Some(" + *job.external_id + ")" : "None") + ")";
    case JobEvent::Kind::kQueued:
      return "QueuedEvent";
    case JobEvent::Kind::kWorkerAssigned:
      return "WorkerAssigned(workerId=" + job.worker->value + ")";
    case JobEvent::Kind::kDownloading:
      return "JobFileDownloadingEvent";
    case JobEvent::Kind::kStarted:
      return "StartedEvent";
    case JobEvent::Kind::kCancelling:
      return "CancellingEvent";
    case JobEvent::Kind::kFinished:
      return "FinishedEvent";
    case JobEvent::Kind::kCancelled:
      return "CanceledEvent";
    case JobEvent::Kind::kFailed:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace mist
