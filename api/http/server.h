// The HTTP door of the master: the front, the routes and the guard against foreign web pages, put
// together.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "api/http/browser_guard.h"
#include "api/http/front.h"
#include "api/http/routes.h"

namespace mist::http {

struct HttpServerOptions {
  FrontOptions front;           // address, connections, deadlines, threads
  RouteOptions routes;          // body limits, addresses that workers are shown with
  StreamOptions streams;        // how many, and how slow they may be
  BrowserGuardOptions browser;  // foreign origins and host names
};

// Made by main after the services, destroyed before them. Start and Stop from main's thread, each
// idempotent.
class HttpServer {
 public:
  HttpServer(HttpServerOptions options, const Services& services);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Throws Error when the address cannot be bound. `held`: see Front::Start().
  void Start(HeldDoor held = {});

  // Refuses new connections at once, lets running requests end within the grace, and returns when
  // all have returned. Callers that wait for jobs hold a thread until their service answers: let
  // the services stop at the same time.
  void Stop(std::chrono::milliseconds grace);

  // Instead of Stop(), see Front::HandOver(). Streams end, and tell their clients to come again.
  HeldDoor HandOver(std::chrono::milliseconds grace, const std::function<void()>& begun);

  // 0 before Start().
  std::uint16_t Port() const;

 private:
  Reply Answer(const Request& request) const;

  const BrowserGuard guard_;
  StreamServer streams_;
  Router router_;  // constant after construction
  Front front_;    // last: its threads use the others
};

}  // namespace mist::http
