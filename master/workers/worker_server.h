// The worker port: accepts connections, decodes the protocol of worker.thrift with limits, and lets
// each call reach the worker's link.
#pragma once

#include <cstdint>

#include "master/workers/connection_server.h"
#include "master/workers/protocol_handler.h"
#include "master/workers/worker_links.h"

namespace mist {

// Start() and Stop() from one thread. Stop() ends waiting calls and all connections, and returns
// when all is quiet.
class WorkerServer {
 public:
  WorkerServer(ConnectionServerOptions options, WorkerLinks& links, FindArtifactFile find_artifact);

  // Throws Error: the address cannot be bound.
  void Start();
  void Stop();
  std::uint16_t Port() const { return connections_.Port(); }

 private:
  void Serve(const Connection& connection);

  WorkerLinks& links_;
  const FindArtifactFile find_artifact_;
  ConnectionServer connections_;  // last: its threads use the fields above
};

}  // namespace mist
