#include "api/http/server.h"

#include <utility>

#include "api/http/listener.h"
#include "api/http/replies.h"

namespace mist::http {
namespace {

Router MakeRouter(const Services& services, const RouteOptions& options, StreamServer& streams) {
  Router router;
  AddStatusRoutes(router, services, streams);
  AddMetricsRoutes(router, services, streams);
  AddFunctionRoutes(router, services, options);
  AddJobRoutes(router, services, options);
  AddLogRoutes(router, services);
  AddContextRoutes(router, services, options);
  AddArtifactRoutes(router, services, options);
  AddWorkerRoutes(router, services, options);
  AddStreamRoutes(router, services, streams);
  AddDevRoutes(router, services, options);
  AddStaticRoutes(router, options);
  AddOpenApiRoute(router);
  return router;
}

}  // namespace

HttpServer::HttpServer(HttpServerOptions options, const Services& services)
    : guard_(options.browser, IsLoopback(options.front.host)),
      streams_(options.streams, services.events, services.logs),
      router_(MakeRouter(services, options.routes, streams_)),
      front_(options.front, [this](const Request& request) { return Answer(request); }) {}

HttpServer::~HttpServer() {
  Stop(std::chrono::milliseconds(0));
}

void HttpServer::Start(HeldDoor held) {
  streams_.Start();
  front_.Start(std::move(held));
}

void HttpServer::Stop(std::chrono::milliseconds grace) {
  front_.Stop(grace);
  streams_.Stop();
}

HeldDoor HttpServer::HandOver(std::chrono::milliseconds grace, const std::function<void()>& begun) {
  HeldDoor held = front_.HandOver(grace, begun);
  streams_.Stop();
  return held;
}

std::uint16_t HttpServer::Port() const {
  return front_.Port();
}

Reply HttpServer::Answer(const Request& request) const {
  if (std::optional<Reply> refused = guard_.Refuse(request)) return *refused;
  // Also before a path is known to exist: a browser asks for permission on any path.
  Reply reply =
      request.method == "OPTIONS" ? TextReply(200, "Preflight response") : router_.Answer(request);
  guard_.AddHeaders(request, reply);
  return reply;
}

}  // namespace mist::http
