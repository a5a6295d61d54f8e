#include <algorithm>
#include <utility>

#include "api/http/replies.h"
#include "api/http/routes.h"
#include "api/http/streams/stream_server.h"

namespace mist::http {
namespace {

constexpr char kEventStreamType[] = "text/event-stream";

// Where to begin: behind what the client says that it has, else now.
OrReply<StreamPosition> ReadPosition(const Call& call, const EventFeed& events) {
  const EventNumber last = events.Last();
  auto given = call.request.FindHeader("Last-Event-ID");
  if (!given) given = call.query.Find("lastEventId");
  if (!given || given->empty()) return StreamPosition{last, {}};
  auto position = StreamPosition::Parse(*given);
  if (!position) {
    return BadRequestReply("Last-Event-ID must be the id of an event of this stream, such as 17");
  }
  position->event = std::min(position->event, last);  // of another database: there is nothing newer
  return *position;
}

OrReply<StreamRequest> ReadStream(const Call& call, const EventFeed& events,
                                  StreamRequest::Kind kind) {
  const auto with_logs = call.query.Boolean("withLogs", false);
  if (const Reply* refused = std::get_if<Reply>(&with_logs)) return *refused;
  const auto with_progress = call.query.Boolean("withProgress", false);
  if (const Reply* refused = std::get_if<Reply>(&with_progress)) return *refused;
  if (std::get<bool>(with_progress) && call.ids.empty())
    return BadRequestReply("withProgress is for the stream of one job");
  auto position = ReadPosition(call, events);
  if (const Reply* refused = std::get_if<Reply>(&position)) return *refused;
  StreamRequest stream{.kind = kind,
                       .job = {},
                       .with_logs = std::get<bool>(with_logs),
                       .with_progress = std::get<bool>(with_progress),
                       .position = std::get<StreamPosition>(position),
                       .target = call.request.target,
                       .headers = call.request.headers};
  if (!call.ids.empty()) stream.job = JobId{call.ids[0]};
  return stream;
}

Reply Begin(const Call& call, const EventFeed& events, StreamServer& streams,
            StreamRequest::Kind kind) {
  auto stream = ReadStream(call, events, kind);
  if (const Reply* refused = std::get_if<Reply>(&stream)) return *refused;
  if (streams.IsFull()) return TextReply(503, "Too many streams are open. Try again later.");
  Reply reply;
  reply.take_over = [&streams, stream = std::move(std::get<StreamRequest>(stream))](
                        int socket, const std::vector<Header>& headers) {
    streams.Take(socket, stream, headers);
  };
  return reply;
}

Reply WebSocket(const Call& call, const EventFeed& events, StreamServer& streams) {
  if (!call.request.wants_upgrade) return NoSuchResource();
  return Begin(call, events, streams, StreamRequest::Kind::kWebSocket);
}

Reply ServerSentEvents(const Call& call, const EventFeed& events, StreamServer& streams) {
  if (call.request.method == "HEAD") return {.content_type = kEventStreamType};
  return Begin(call, events, streams, StreamRequest::Kind::kServerSentEvents);
}

}  // namespace

void AddStreamRoutes(Router& router, const Services& services, StreamServer& streams) {
  const auto web_socket = [services, &streams](const Call& call) {
    return WebSocket(call, services.events, streams);
  };
  const auto server_sent_events = [services, &streams](const Call& call) {
    return ServerSentEvents(call, services.events, streams);
  };
  router.Add("GET", "/v2/api/ws/all", web_socket);
  router.Add("GET", "/v2/api/ws/jobs/{id}", web_socket);
  router.Add("GET", "/v2/api/events", server_sent_events);
  router.Add("GET", "/v2/api/jobs/{id}/events", server_sent_events);
}

}  // namespace mist::http
