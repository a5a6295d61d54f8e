// The routes of the API, one file per family. Each decodes, checks, calls a service and encodes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "api/http/router.h"
#include "api/http/shapes.h"
#include "api/http/streams/stream_server.h"
#include "master/artifacts/artifact_repository.h"
#include "master/events/event_feed.h"
#include "master/logs/job_logs.h"
#include "master/metrics/metrics.h"
#include "master/services/services.h"

namespace mist::http {

// Everything that the routes call; all of it outlives them and is thread safe.
struct Services {
  JobService& jobs;
  FunctionService& functions;
  ContextService& contexts;
  WorkerService& workers;
  StatusService& status;
  ArtifactRepository& artifacts;
  JobLogs& logs;
  EventFeed& events;
  Metrics& metrics;
};

struct RouteOptions {
  std::int64_t max_json_bytes = 16 << 20;  // a body that is not an upload: it is held in memory
  std::size_t max_json_depth = 256;        // of a call's arguments
  Millis key_keep =
      std::chrono::hours(24);  // how long a repeated Idempotency-Key means its first job
  MasterAddresses addresses;
  std::filesystem::path ui_folder;    // of the web UI's files
  std::filesystem::path docs_folder;  // of the documentation's pages
  std::filesystem::path worker_jar;   // for workers that cannot reach our disk; empty: not served
};

void AddFunctionRoutes(Router& router, const Services& services, const RouteOptions& options);
void AddJobRoutes(Router& router, const Services& services, const RouteOptions& options);
void AddLogRoutes(Router& router, const Services& services);
void AddContextRoutes(Router& router, const Services& services, const RouteOptions& options);
void AddArtifactRoutes(Router& router, const Services& services, const RouteOptions& options);
void AddWorkerRoutes(Router& router, const Services& services, const RouteOptions& options);
void AddStatusRoutes(Router& router, const Services& services, const StreamServer& streams);
void AddMetricsRoutes(Router& router, const Services& services, const StreamServer& streams);
void AddDevRoutes(Router& router, const Services& services, const RouteOptions& options);
void AddStaticRoutes(Router& router, const RouteOptions& options);
void AddStreamRoutes(Router& router, const Services& services, StreamServer& streams);
void AddOpenApiRoute(Router& router);

// The whole body of a request.
OrReply<std::string> ReadBody(const Request& request, std::int64_t max_bytes);

}  // namespace mist::http
