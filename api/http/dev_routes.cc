// Running an artifact without registering a function: the DevApi of Mist 1.1.
#include <utility>

#include "api/http/replies.h"
#include "api/http/routes.h"
#include "api/http/thread_pool.h"
#include "api/json/json_writer.h"
#include "api/messages/message_request.h"
#include "contexts/job_request.h"

namespace mist::http {
namespace {

// On one line here, and no refusal is a 404: the route itself is always there.
Reply DevRefusal(const Refusal& refusal) {
  const bool about_the_request =
      refusal.kind == Refusal::Kind::kNotFound || refusal.kind == Refusal::Kind::kInvalid;
  if (!about_the_request) return RefusalReply(refusal);
  return TextReply(400, "Bad request: " + refusal.message);
}

OrReply<StartJob> ReadDevRequest(const Call& call, const RouteOptions& options) {
  const auto body = ReadBody(call.request, options.max_json_bytes);
  if (const Reply* refused = std::get_if<Reply>(&body)) return *refused;
  auto parsed = ParseDevRequest(std::get<std::string>(body), options.max_json_depth);
  if (const BadBody* bad = std::get_if<BadBody>(&parsed)) return BadRequestReply(bad->text);
  return ToStart(std::move(std::get<DevRequest>(parsed)));
}

Reply DevRun(const Services& services, const RouteOptions& options, const Call& call) {
  const auto force = call.query.Boolean("force", false);
  if (const Reply* refused = std::get_if<Reply>(&force)) return *refused;
  auto start = ReadDevRequest(call, options);
  if (const Reply* refused = std::get_if<Reply>(&start)) return *refused;
  // Also without force: the schema may have to be read from the artifact.
  const auto waiting = call.request.threads.TryWait();
  if (!waiting) return TooManyWaiting();
  if (std::get<bool>(force)) {
    const auto outcome = services.jobs.StartAndWait(std::move(std::get<StartJob>(start)));
    if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) return DevRefusal(*refusal);
    return JsonReply(JobResultJson(std::get<EndedJob>(outcome)));
  }
  const auto outcome = services.jobs.Start(std::move(std::get<StartJob>(start)));
  if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) return DevRefusal(*refusal);
  return JsonReply(JsonObject().Text("id", std::get<JobId>(outcome).value).Take());
}

}  // namespace

void AddDevRoutes(Router& router, const Services& services, const RouteOptions& options) {
  router.Add("POST", "/v2/hidden/devrun",
             [services, options](const Call& call) { return DevRun(services, options, call); });
}

}  // namespace mist::http
