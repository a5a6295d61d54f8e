#include <algorithm>
#include <iterator>
#include <utility>

#include "api/http/file_reply.h"
#include "api/http/replies.h"
#include "api/http/routes.h"
#include "api/http/shared_file.h"
#include "api/json/json_writer.h"
#include "master/broker/job_event.h"
#include "master/broker/job_state.h"
#include "master/logs/log_view.h"

namespace mist::http {
namespace {

constexpr std::int32_t kDefaultLines = 500;
constexpr std::int32_t kMaxLines = 2000;

// A waiting job has no file yet.
std::string LogWithoutFile(const Job& job) {
  std::string text;
  if (IsTerminal(job.state)) return text;
  for (const LogLine& line : OpeningLines(job)) {
    text += FormatLogLine(job.id, line, line.message.size());
  }
  return text;
}

// What can be looked at of a job's log.
struct Log {
  JobId job;
  LogBytes bytes;
};

LogBytes BytesOfText(std::string text) {
  const auto size = static_cast<std::int64_t>(text.size());
  return {.size = size, .read = [text = std::move(text)](std::int64_t offset, std::size_t bytes) {
            return offset < std::ssize(text) ? text.substr(static_cast<std::size_t>(offset), bytes)
                                             : std::string();
          }};
}

OrReply<Log> FindLog(const Services& services, const Call& call) {
  Log log;
  log.job.value = call.ids[0];
  const std::optional<Job> job = services.jobs.Find(log.job);
  if (!job) return TextReply(404, "Job " + log.job.value + " not found");
  if (const auto info = services.logs.Info(log.job)) {
    log.bytes = {
        .size = info->bytes,
        .read = [file = SharedFile::Open(info->path)](std::int64_t offset, std::size_t bytes) {
          return file.Read(offset, bytes);
        }};
  } else {
    log.bytes = BytesOfText(LogWithoutFile(*job));
  }
  log.bytes.ended = IsTerminal(job->state);
  return log;
}

OrReply<LogFilter> ReadLogFilter(const Query& query) {
  LogFilter filter{.text = std::string(query.Find("text").value_or(""))};
  if (const auto text = query.Find("level")) {
    const std::optional<LogLevel> level = ParseLogLevel(*text);
    if (!level)
      return MalformedQuery("level",
                            "'" + std::string(*text) + "' is not DEBUG, INFO, WARN or ERROR");
    filter.level = *level;
  }
  return filter;
}

std::string ViewedLineJson(const ViewedLine& line) {
  JsonObject json;
  json.Number("offset", line.offset).Number("bytes", line.bytes);
  json.Text("level", ToString(line.level));
  if (line.time) json.Number("time", ToEpochMillis(*line.time));
  json.Text("text", line.text);
  if (line.cut) json.Boolean("cut", true);
  return json.Take();
}

Reply ViewReply(const LogView& view, std::int64_t file_bytes) {
  JsonArray lines;
  for (const ViewedLine& line : view.lines) lines.Add(ViewedLineJson(line));
  return JsonReply(JsonObject()
                       .Json("lines", lines.Take())
                       .Number("begin", view.begin)
                       .Number("end", view.end)
                       .Number("fileBytes", file_bytes)
                       .Boolean("complete", view.complete)
                       .Take());
}

// Lines from a place on (`from`), up to one (`before`), or the last ones (`tail`).
Reply JobLogLines(const Services& services, const Call& call) {
  const Query& query = call.query;
  const auto filter = ReadLogFilter(query);
  if (const Reply* refused = std::get_if<Reply>(&filter)) return *refused;
  const auto from = query.Offset("from");
  if (const Reply* refused = std::get_if<Reply>(&from)) return *refused;
  const auto before = query.Offset("before");
  if (const Reply* refused = std::get_if<Reply>(&before)) return *refused;
  const auto tail = query.Boolean("tail", false);
  if (const Reply* refused = std::get_if<Reply>(&tail)) return *refused;
  const auto asked = query.Integer("limit", kDefaultLines);
  if (const Reply* refused = std::get_if<Reply>(&asked)) return *refused;
  const auto found = FindLog(services, call);
  if (const Reply* refused = std::get_if<Reply>(&found)) return *refused;

  const auto& [job, bytes] = std::get<Log>(found);
  const auto limit =
      static_cast<std::size_t>(std::clamp(std::get<std::int32_t>(asked), 1, kMaxLines));
  auto end = std::get<std::optional<std::int64_t>>(before);
  if (std::get<bool>(tail)) end = bytes.size;
  const std::int64_t begin = std::get<std::optional<std::int64_t>>(from).value_or(0);
  const LogFilter& lines = std::get<LogFilter>(filter);
  const LogView view = end ? ViewLogBefore(bytes, job, *end, limit, lines)
                           : ViewLogAfter(bytes, job, begin, limit, lines);
  return ViewReply(view, bytes.size);
}

Reply JobLogCount(const Services& services, const Call& call) {
  const auto filter = ReadLogFilter(call.query);
  if (const Reply* refused = std::get_if<Reply>(&filter)) return *refused;
  const auto from = call.query.Offset("from");
  if (const Reply* refused = std::get_if<Reply>(&from)) return *refused;
  const auto to = call.query.Offset("to");
  if (const Reply* refused = std::get_if<Reply>(&to)) return *refused;
  const auto found = FindLog(services, call);
  if (const Reply* refused = std::get_if<Reply>(&found)) return *refused;

  const auto& [job, bytes] = std::get<Log>(found);
  const std::int64_t begin = std::get<std::optional<std::int64_t>>(from).value_or(0);
  const std::int64_t end = std::get<std::optional<std::int64_t>>(to).value_or(bytes.size);
  const LogCount count = CountLogLines(bytes, job, begin, end, std::get<LogFilter>(filter));
  return JsonReply(JsonObject()
                       .Number("count", count.lines)
                       .Number("from", begin)
                       .Number("to", count.end)
                       .Boolean("complete", count.complete)
                       .Take());
}

Reply JobLog(const Services& services, const Call& call) {
  const JobId id{call.ids[0]};
  const std::optional<Job> job = services.jobs.Find(id);
  if (!job) return TextReply(404, "Job " + id.value + " not found");
  const std::optional<LogFileInfo> info = services.logs.Info(id);
  if (!info) return {.content_type = kBinaryType, .body = LogWithoutFile(*job)};
  return GrowingFileReply(call.request, info->path, kBinaryType);
}

}  // namespace

void AddLogRoutes(Router& router, const Services& services) {
  router.Add("GET", "/v2/api/jobs/{id}/logs",
             [services](const Call& call) { return JobLog(services, call); });
  router.Add("GET", "/v2/api/jobs/{id}/logs/lines",
             [services](const Call& call) { return JobLogLines(services, call); });
  router.Add("GET", "/v2/api/jobs/{id}/logs/count",
             [services](const Call& call) { return JobLogCount(services, call); });
}

}  // namespace mist::http
