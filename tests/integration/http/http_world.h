// A running HTTP server with fake services, on a free port and in a folder of its own.
#pragma once

#include <cstdint>
#include <memory>

#include "api/http/server.h"
#include "base/clock.h"
#include "tests/integration/http/fake_services.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_folder.h"

namespace mist::http {

class HttpWorld {
 public:
  explicit HttpWorld(HttpServerOptions options = {});
  ~HttpWorld();

  std::uint16_t Port() const { return server_->Port(); }
  FakeJobs& Jobs() { return jobs_; }
  FakeContexts& Contexts() { return contexts_; }
  FakeStatus& Status() { return status_; }
  testing::MemoryStore& Stored() { return store_; }
  JobLogs& Logs() { return logs_; }
  EventFeed& Events() { return events_; }
  HttpServer& Server() { return *server_; }

 private:
  testing::TempFolder folder_;
  testing::MemoryStore store_;
  FakeJobs jobs_;
  FakeFunctions functions_;
  FakeContexts contexts_;
  FakeWorkers workers_;
  FakeStatus status_;
  ArtifactRepository artifacts_;
  EventFeed events_{{}, store_};
  Metrics metrics_{{}, SystemClock()};
  JobLogs logs_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace mist::http
