#include "api/http/process_facts.h"
#include "api/http/replies.h"
#include "api/http/routes.h"
#include "api/json/json_writer.h"
#include "base/clock.h"

namespace mist::http {
namespace {

Reply Welcome(const Services& services) {
  const MasterStatus status = services.status.Status();
  return {.content_type = "text/html; charset=UTF-8",
          .body = "<p>Mist version: " + status.version + ", started: " +
                  LocalDateTime(status.started) + "</p><a href=\"/ui/\">Mist UI</a>"};
}

// The process answers: that is all that a supervisor needs in order not to restart it.
Reply Live() {
  return JsonReply(JsonObject().Text("status", "up").Take());
}

// Whether new jobs would be accepted now.
Reply Ready(const Services& services) {
  const MasterStatus status = services.status.Status();
  const bool ready = status.accepting_jobs && status.store_healthy;
  Reply reply = JsonReply(JsonObject()
                              .Text("status", ready ? "ready" : "not ready")
                              .Boolean("acceptingJobs", status.accepting_jobs)
                              .Boolean("storeHealthy", status.store_healthy)
                              .Take());
  if (!ready) reply.status = 503;
  return reply;
}

}  // namespace

void AddStatusRoutes(Router& router, const Services& services, const StreamServer& streams) {
  router.AddForAll("/", [services](const Call&) { return Welcome(services); });
  router.Add("GET", "/v2/api/status", [services, &streams](const Call&) {
    return JsonReply(
        MistStatusJson(services.status.Status(), ReadProcessFacts(), streams.Counts()));
  });
  router.Add("GET", "/v2/api/overview", [services](const Call&) {
    return JsonReply(OverviewJson(services.status.View(), SystemClock().Wall()));
  });
  router.Add("GET", "/health/live", [](const Call&) { return Live(); });
  router.Add("GET", "/health/ready", [services](const Call&) { return Ready(services); });
}

}  // namespace mist::http
