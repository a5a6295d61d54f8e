#include "master/broker/job_event.h"

#include <algorithm>
#include <array>

namespace mist {
namespace {

constexpr std::array kAllKinds{
    JobEvent::Kind::kInitialized, JobEvent::Kind::kQueued,  JobEvent::Kind::kWorkerAssigned,
    JobEvent::Kind::kDownloading, JobEvent::Kind::kStarted, JobEvent::Kind::kCancelling,
    JobEvent::Kind::kFinished,    JobEvent::Kind::kFailed,  JobEvent::Kind::kCancelled};

}  // namespace

EventRecord RecordOf(const JobEvent& event) {
  EventRecord record{event.number, event.kind, event.time, event.job->id, {}};
  if (event.kind == JobEvent::Kind::kWorkerAssigned) record.worker = event.job->worker;
  return record;
}

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

std::optional<JobEvent::Kind> ParseEventKind(std::string_view text) {
  const auto* found = std::find_if(kAllKinds.begin(), kAllKinds.end(),
                                   [&](JobEvent::Kind kind) { return ToString(kind) == text; });
  if (found == kAllKinds.end()) return std::nullopt;
  return *found;
}

JobEvent::Kind EventOf(JobState state) {
  switch (state) {
    case JobState::kInitialized:
      return JobEvent::Kind::kInitialized;
    case JobState::kQueued:
      return JobEvent::Kind::kQueued;
    case JobState::kDownloading:
      return JobEvent::Kind::kDownloading;
    case JobState::kStarted:
      return JobEvent::Kind::kStarted;
    case JobState::kCancelling:
      return JobEvent::Kind::kCancelling;
    case JobState::kFinished:
      return JobEvent::Kind::kFinished;
    case JobState::kFailed:
      return JobEvent::Kind::kFailed;
    case JobState::kCancelled:
      return JobEvent::Kind::kCancelled;
  }
  return JobEvent::Kind::kFailed;
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

std::vector<LogLine> OpeningLines(const Job& job) {
  std::vector<LogLine> lines;
  for (const auto kind : {JobEvent::Kind::kInitialized, JobEvent::Kind::kQueued}) {
    lines.push_back({job.created, LogLevel::kInfo, *LogMessage(kind, job), std::nullopt});
  }
  lines.push_back({job.created, LogLevel::kInfo, "Waiting worker connection", std::nullopt});
  return lines;
}

}  // namespace mist
