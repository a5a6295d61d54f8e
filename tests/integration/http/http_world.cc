#include "tests/integration/http/http_world.h"

#include <utility>

#include "base/clock.h"

namespace mist::http {

HttpWorld::HttpWorld(HttpServerOptions options)
    : artifacts_({.folder = folder_.Path() / "artifacts",
                  .max_artifact_bytes = options.routes.addresses.max_artifact_bytes},
                 store_, SystemClock()),
      logs_({.folder = folder_.Path() / "logs",
             .on_written = [this](const JobId& job, const std::vector<LogLine>& lines,
                                  LogSpan span) { events_.PublishLines(job, lines, span); }}) {
  if (options.front.port == FrontOptions().port) options.front.port = 0;
  const Services services = {jobs_,      functions_, contexts_, workers_, status_,
                             artifacts_, logs_,      events_,   metrics_};
  server_ = std::make_unique<HttpServer>(std::move(options), services);
  server_->Start();
}

HttpWorld::~HttpWorld() {
  jobs_.Release();
  server_->Stop(std::chrono::milliseconds(0));
}

}  // namespace mist::http
