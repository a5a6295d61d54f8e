#include <algorithm>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "api/http/replies.h"
#include "api/http/routes.h"
#include "api/http/thread_pool.h"
#include "api/json/event_json.h"
#include "api/json/json_writer.h"
#include "contexts/argument_check.h"
#include "contexts/setting_values.h"
#include "contexts/utf8.h"
#include "master/broker/job_state.h"

namespace mist::http {
namespace {

constexpr std::size_t kShownBytes = 100;  // of a body in an error text
constexpr std::size_t kMaxKeyBytes = 255;
constexpr std::chrono::minutes kLongestWait{1};  // proxies cut what is silent for longer

RequestLine SameRequest(const Call& call) {
  return {call.request.method, call.request.target};
}

Reply BadKey() {
  return BadRequestReply("The header Idempotency-Key needs 1 to " + std::to_string(kMaxKeyBytes) +
                         " characters");
}

OrReply<JsonText> ReadArguments(const Call& call, const RouteOptions& options) {
  const auto body = ReadBody(call.request, options.max_json_bytes);
  if (const Reply* refused = std::get_if<Reply>(&body)) return *refused;
  auto json = CompactJson(std::get<std::string>(body), {.max_depth = options.max_json_depth});
  if (const BadJson* bad = std::get_if<BadJson>(&json)) return MalformedContent(bad->message);
  JsonText& arguments = std::get<JsonText>(json);
  if (!arguments.value.starts_with('{')) {
    const std::string_view shown = CutUtf8(arguments.value, kShownBytes);
    return MalformedContent("Json object required: got " + std::string(shown));
  }
  return std::move(arguments);
}

std::optional<std::string> Optional(const Query& query, std::string_view name) {
  const auto value = query.Find(name);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

OrReply<RetrySettings> ReadRetrySettings(const Query& query) {
  const auto malformed = [&query](const char* parameter, const std::string& expected) {
    const std::string value(CutUtf8(query.Find(parameter).value_or(""), kShownBytes));
    return MalformedQuery(parameter, "'" + value + "' is not " + expected);
  };
  RetrySettings settings;
  if (const auto text = query.Find("retries")) {
    const auto retries = ParseCount(*text);
    if (!retries || *retries > std::numeric_limits<std::int32_t>::max())
      return malformed("retries", "a number from 0 to 2147483647");
    settings.retries = static_cast<std::int32_t>(*retries);
  }
  if (const auto text = query.Find("retryOn")) {
    settings.retry_on = ParseRetryOn(*text);
    if (!settings.retry_on) return malformed("retryOn", "worker-lost or failure");
  }
  if (const auto text = query.Find("retryBackoff")) {
    settings.retry_backoff = ParseRetryBackoff(*text);
    if (!settings.retry_backoff) return malformed("retryBackoff", "a duration such as 10s");
  }
  return settings;
}

OrReply<StartJob> ReadStart(const Call& call, const RouteOptions& options) {
  const auto start_timeout = call.query.Duration("startTimeout");
  if (const Reply* refused = std::get_if<Reply>(&start_timeout)) return *refused;
  const auto perform_timeout = call.query.Duration("performTimeout");
  if (const Reply* refused = std::get_if<Reply>(&perform_timeout)) return *refused;
  const auto retry = ReadRetrySettings(call.query);
  if (const Reply* refused = std::get_if<Reply>(&retry)) return *refused;
  auto arguments = ReadArguments(call, options);
  if (const Reply* refused = std::get_if<Reply>(&arguments)) return *refused;

  StartJob start;
  start.function = FunctionName{call.ids[0]};
  start.arguments = std::move(std::get<JsonText>(arguments));
  if (auto context = Optional(call.query, "context")) start.context = ContextName{*context};
  start.external_id = Optional(call.query, "externalId");
  if (const auto key = call.request.FindHeader("Idempotency-Key")) {
    if (key->empty() || key->size() > kMaxKeyBytes) return BadKey();
    start.key = RequestKey{"http:" + call.ids[0] + ":" + std::string(*key), options.key_keep};
  }
  start.start_timeout = std::get<Timeout>(start_timeout);
  start.perform_timeout = std::get<Timeout>(perform_timeout);
  start.retry = std::get<RetrySettings>(retry);
  return start;
}

Reply StartRefusal(const Refusal& refusal) {
  return refusal.kind == Refusal::Kind::kNotFound ? NoSuchResource() : RefusalReply(refusal);
}

// What StartAndWait() would have answered, for who starts a job without waiting or lost the
// connection.
Reply AwaitResult(const Services& services, const Call& call) {
  const auto waiting = call.request.threads.TryWait();
  if (!waiting) return TooManyWaiting();
  const Outcome<EndedJob> outcome = services.jobs.AwaitEnd({call.ids[0]});
  if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) return StartRefusal(*refusal);
  return JsonReply(JobResultJson(std::get<EndedJob>(outcome)));
}

Reply StartAndWait(const Services& services, const Call& call, StartJob start) {
  const auto waiting = call.request.threads.TryWait();
  if (!waiting) return TooManyWaiting();
  const Outcome<EndedJob> outcome = services.jobs.StartAndWait(std::move(start));
  if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) return StartRefusal(*refusal);
  return JsonReply(JobResultJson(std::get<EndedJob>(outcome)));
}

Reply Start(const Services& services, const RouteOptions& options, const Call& call) {
  const auto force = call.query.Boolean("force", false);
  if (const Reply* refused = std::get_if<Reply>(&force)) return *refused;
  auto start = ReadStart(call, options);
  if (const Reply* refused = std::get_if<Reply>(&start)) return *refused;
  if (std::get<bool>(force))
    return StartAndWait(services, call, std::move(std::get<StartJob>(start)));

  // For the commit, which is shared by all who wait for one: the more, the cheaper for each.
  const auto waiting = call.request.threads.TryShortWait();
  const Outcome<JobId> outcome = services.jobs.Start(std::move(std::get<StartJob>(start)));
  if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) return StartRefusal(*refusal);
  return JsonReply(JsonObject().Text("id", std::get<JobId>(outcome).value).Take());
}

// The three lists differ in one filter.
template <typename Narrow>
Reply ListJobs(const Services& services, const Call& call, Narrow narrow) {
  auto listing = ReadJobListing(call.query);
  if (const Reply* refused = std::get_if<Reply>(&listing)) return *refused;
  auto& [query, paginate] = std::get<JobListing>(listing);
  narrow(query);
  return JsonReply(JobListJson(services.jobs.List(query), paginate));
}

// With `wait`, a caller whose connection was cut, or who started the job without force, waits on.
OrReply<std::optional<Job>> FindOrWait(const Services& services, const Call& call) {
  const JobId id{call.ids[0]};
  if (!call.query.Find("wait")) return services.jobs.Find(id);
  const auto limit = call.query.Duration("wait");
  if (const Reply* refused = std::get_if<Reply>(&limit)) return *refused;
  const auto waiting = call.request.threads.TryWait();
  if (!waiting) return TooManyWaiting();
  const Timeout longest = kLongestWait;
  const Timeout asked = std::get<Timeout>(limit);
  return services.jobs.FindEnded(id, asked ? std::min(asked, longest) : longest);
}

Reply Find(const Services& services, const Call& call) {
  const auto found = FindOrWait(services, call);
  if (const Reply* refused = std::get_if<Reply>(&found)) return *refused;
  const auto& job = std::get<std::optional<Job>>(found);
  if (!job) return NoSuchResource();
  Reply reply = JsonReply(JobDetailsJson(*job));
  const bool waited = call.query.Find("wait").has_value();
  if (waited && !IsTerminal(job->state)) reply.later = SameRequest(call);
  return reply;
}

Reply Attempts(const Services& services, const Call& call) {
  const std::vector<JobStep> course = services.jobs.Course({call.ids[0]});
  return course.empty() ? NoSuchResource() : JsonReply(AttemptsJson(course));
}

Reply Waiting(const Services& services, const Call& call) {
  const JobId id{call.ids[0]};
  if (const auto waits = services.jobs.WhyWaits(id)) return JsonReply(JobWaitsJson(*waits));
  if (!services.jobs.Find(id)) return NoSuchResource();
  return JsonReply(JsonObject().Boolean("waiting", false).Take());
}

Reply Progress(const Services& services, const Call& call) {
  const JobId id{call.ids[0]};
  const auto progress = services.jobs.Progress(id);
  if (!progress && !services.jobs.Find(id)) return NoSuchResource();
  return JsonReply(
      JsonObject().Json("progress", progress ? ProgressJson(*progress) : "null").Take());
}

std::string FirstLineOfError(const Job& job) {
  const auto error = nlohmann::json::parse(job.result ? job.result->value : "", nullptr, false);
  const std::string text =
      error.is_string() ? error.get<std::string>() : "Job " + job.id.value + " failed";
  return text.substr(0, text.find('\n'));
}

// A job that ended otherwise while it was being cancelled: the cancel has failed, and the caller is
// told why.
Reply TooLateToCancel(const Job& job) {
  const bool finished = job.state == JobState::kFinished;
  return RefusalReply(
      {.kind = Refusal::Kind::kInvalid,
       .message = finished ? "Job " + job.id.value + " was completed" : FirstLineOfError(job),
       .legacy_class = "java.lang.IllegalStateException"});
}

Reply Cancel(const Services& services, const Call& call) {
  const std::optional<Job> job = services.jobs.Find({call.ids[0]});
  if (!job) return NoSuchResource();
  if (IsTerminal(job->state)) return JsonReply(JobDetailsJson(*job));
  const auto waiting = call.request.threads.TryWait();
  if (!waiting) return TooManyWaiting();
  const Outcome<EndedJob> outcome = services.jobs.Cancel(job->id);
  if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) {
    Reply reply = StartRefusal(*refusal);
    if (refusal->job) reply.later = SameRequest(call);
    return reply;
  }
  const Job& ended = *std::get<EndedJob>(outcome).job;
  return ended.state == JobState::kCancelled ? JsonReply(JobDetailsJson(ended))
                                             : TooLateToCancel(ended);
}

}  // namespace

void AddJobRoutes(Router& router, const Services& services, const RouteOptions& options) {
  constexpr char kOfFunction[] = "/v2/api/functions/{id}/jobs";
  router.Add("POST", kOfFunction,
             [services, options](const Call& call) { return Start(services, options, call); });
  router.Add("GET", kOfFunction, [services](const Call& call) {
    return ListJobs(services, call,
                    [&](JobQuery& query) { query.function = FunctionName{call.ids[0]}; });
  });
  router.Add("GET", "/v2/api/workers/{id}/jobs", [services](const Call& call) {
    return ListJobs(services, call, [&](JobQuery& query) { query.worker = WorkerId{call.ids[0]}; });
  });
  router.Add("GET", "/v2/api/jobs",
             [services](const Call& call) { return ListJobs(services, call, [](JobQuery&) {}); });
  router.Add("GET", "/v2/api/jobs/{id}",
             [services](const Call& call) { return Find(services, call); });
  router.Add("GET", "/v2/api/jobs/{id}/waiting",
             [services](const Call& call) { return Waiting(services, call); });
  router.Add("GET", "/v2/api/jobs/{id}/progress",
             [services](const Call& call) { return Progress(services, call); });
  router.Add("GET", "/v2/api/jobs/{id}/attempts",
             [services](const Call& call) { return Attempts(services, call); });
  router.Add("GET", "/v2/api/jobs/{id}/result",
             [services](const Call& call) { return AwaitResult(services, call); });
  router.Add("DELETE", "/v2/api/jobs/{id}",
             [services](const Call& call) { return Cancel(services, call); });
}

}  // namespace mist::http
