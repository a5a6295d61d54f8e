// What a client asks for when it asks for a stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/request.h"
#include "base/ids.h"
#include "master/broker/job_event.h"

namespace mist::http {

// Where a stream goes on. As text "17", or "17.3456" when the log of a job is part of the stream:
// the id of each server-sent event, and what a client sends back as Last-Event-ID.
struct StreamPosition {
  EventNumber event = 0;                   // the last one that the client has
  std::optional<std::int64_t> log_offset;  // how much of the job's log it has

  std::string ToText() const;
  static std::optional<StreamPosition> Parse(std::string_view text);
};

struct StreamRequest {
  enum class Kind { kWebSocket, kServerSentEvents };

  Kind kind = Kind::kWebSocket;
  std::optional<JobId> job;  // none: all jobs
  bool with_logs = false;
  bool with_progress = false;  // of one job
  StreamPosition position;

  std::string target;           // of the handshake, as sent
  std::vector<Header> headers;  // of the handshake
};

}  // namespace mist::http
