#include "api/http/file_reply.h"
#include "api/http/replies.h"
#include "api/http/routes.h"
#include "master/broker/job_event.h"
#include "master/broker/job_state.h"

namespace mist::http {
namespace {

// A log only grows, so size and time tell one state of it from any other.
std::string LogTag(const LogFileInfo& info) {
  return "\"" + std::to_string(info.bytes) + "-" + std::to_string(ToEpochMillis(info.modified)) +
         "\"";
}

// A waiting job has no file yet.
std::string LogWithoutFile(const Job& job) {
  std::string text;
  if (IsTerminal(job.state)) return text;
  for (const LogLine& line : OpeningLines(job)) {
    text += FormatLogLine(job.id, line, line.message.size());
  }
  return text;
}

Reply JobLog(const Services& services, const Call& call) {
  const JobId id{call.ids[0]};
  const std::optional<Job> job = services.jobs.Find(id);
  if (!job) return TextReply(404, "Job " + id.value + " not found");
  const std::optional<LogFileInfo> info = services.logs.Info(id);
  if (!info) return {.content_type = kBinaryType, .body = LogWithoutFile(*job)};
  return FileReply(call.request, {.path = info->path,
                                  .bytes = info->bytes,
                                  .etag = LogTag(*info),
                                  .modified = info->modified,
                                  .content_type = kBinaryType});
}

}  // namespace

void AddLogRoutes(Router& router, const Services& services) {
  router.Add("GET", "/v2/api/jobs/{id}/logs",
             [services](const Call& call) { return JobLog(services, call); });
}

}  // namespace mist::http
