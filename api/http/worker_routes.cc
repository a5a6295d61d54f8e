#include "api/http/file_reply.h"
#include "api/http/replies.h"
#include "api/http/routes.h"
#include "api/json/json_writer.h"

namespace mist::http {
namespace {

Reply ListWorkers(const Services& services, const MasterAddresses& addresses) {
  JsonArray workers;
  for (const WorkerInfo& worker : services.workers.List())
    workers.Add(WorkerLinkJson(worker, addresses));
  return JsonReply(workers.Take());
}

Reply FindWorker(const Services& services, const MasterAddresses& addresses, const Call& call) {
  const std::optional<WorkerInfo> worker = services.workers.Find({call.ids[0]});
  return worker ? JsonReply(WorkerLinkJson(*worker, addresses)) : NoSuchResource();
}

// What its programs print: of drivers that run in a cluster's own processes, what spark-submit
// says.
Reply WorkerLog(const Services& services, const Call& call) {
  const auto path = services.workers.Output({call.ids[0]});
  return path ? GrowingFileReply(call.request, *path, kTextType) : NoSuchResource();
}

Reply StopWorker(const Services& services, const Call& call) {
  if (services.workers.Stop({call.ids[0]})) return {};
  return RefusalReply({.kind = Refusal::Kind::kInvalid,
                       .message = "Unknown worker " + call.ids[0],
                       .legacy_class = "java.lang.IllegalStateException"});
}

}  // namespace

void AddWorkerRoutes(Router& router, const Services& services, const RouteOptions& options) {
  constexpr char kOne[] = "/v2/api/workers/{id}";
  const MasterAddresses& addresses = options.addresses;
  router.Add("GET", "/v2/api/workers",
             [services, addresses](const Call&) { return ListWorkers(services, addresses); });
  router.Add("GET", kOne, [services, addresses](const Call& call) {
    return FindWorker(services, addresses, call);
  });
  router.Add("GET", "/v2/api/workers/{id}/log",
             [services](const Call& call) { return WorkerLog(services, call); });
  router.Add("DELETE", kOne, [services](const Call& call) { return StopWorker(services, call); });
}

}  // namespace mist::http
