#include "api/http/replies.h"

#include <utility>

#include "base/error.h"

namespace mist::http {
namespace {

std::string LegacyText(std::string_view first_line, const Refusal& refusal) {
  std::string text(first_line);
  text += '\n';
  text += refusal.legacy_class;
  text += ": ";
  text += refusal.message;
  return text;
}

Reply RefusalText(const Refusal& refusal) {
  const int status = StatusOf(refusal.kind);
  if (status == 404 && refusal.message.empty()) return NoSuchResource();
  if (status == 500) return TextReply(status, "Server error:\n" + refusal.message);
  if (refusal.legacy_class.empty()) return TextReply(status, refusal.message);
  return TextReply(status, LegacyText("Bad request:", refusal));
}

}  // namespace

Reply TextReply(int status, std::string text) {
  return {.status = status, .content_type = kTextType, .body = std::move(text)};
}

Reply JsonReply(std::string json) {
  return {.content_type = kJsonType, .body = std::move(json)};
}

Reply NoSuchResource() {
  return TextReply(404, "The requested resource could not be found.");
}

Reply BadRequestReply(std::string_view text) {
  return TextReply(400, std::string(text));
}

Reply MalformedContent(std::string_view reason) {
  return TextReply(400, "The request content was malformed:\n" + std::string(reason));
}

Reply MalformedQuery(std::string_view parameter, std::string_view reason) {
  return TextReply(400, "The query parameter '" + std::string(parameter) + "' was malformed:\n" +
                            std::string(reason));
}

Reply TargetTooLongReply() {
  return TextReply(414, "The path and query of the request are too long.");
}

Reply HeadTooLargeReply() {
  return TextReply(431, "The request's headers are too large.");
}

Reply TooManyWaiting() {
  Reply reply = TextReply(503, "Too many calls are waiting for an answer. Try again later.");
  reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

Reply FailureReply(const std::exception& failure) {
  const auto* error = dynamic_cast<const Error*>(&failure);
  switch (error == nullptr ? ErrorCode::kInternal : error->Code()) {
    case ErrorCode::kDiskFull:
      return TextReply(507, "Server error:\nThe master has no space left on its disk.");
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout:
      return TextReply(503,
                       "Server error:\nA part of the master does not answer. Try again later.");
    case ErrorCode::kInvalidInput:
      return BadRequestReply(error->what());
    case ErrorCode::kCorrupt:
      return TextReply(500, std::string("Server error:\n") + error->what());
    default:
      return TextReply(500, "Server error:\nThe master could not do this; its log says why.");
  }
}

int StatusOf(Refusal::Kind kind) {
  switch (kind) {
    case Refusal::Kind::kNotFound:
      return 404;
    case Refusal::Kind::kInvalid:
      return 400;
    case Refusal::Kind::kConflict:
      return 409;
    case Refusal::Kind::kBusy:
      return 429;
    case Refusal::Kind::kUnavailable:
      return 503;
    case Refusal::Kind::kDiskFull:
      return 507;
    case Refusal::Kind::kFailed:
      return 500;
  }
  return 500;
}

Reply RefusalReply(const Refusal& refusal) {
  Reply reply = RefusalText(refusal);
  if (refusal.job) reply.later = {"GET", "/v2/api/jobs/" + refusal.job->value + "/result"};
  return reply;
}

}  // namespace mist::http
