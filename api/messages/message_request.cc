#include "api/messages/message_request.h"

#include <utility>

#include "api/json/json_writer.h"
#include "contexts/argument_check.h"

namespace mist {
namespace {

std::variant<StartJob, BadBody> ReadArguments(std::string_view message, const TopicReader& reader) {
  auto arguments = CompactJson(message, {.max_depth = reader.max_depth});
  if (const auto* bad = std::get_if<BadJson>(&arguments)) {
    return BadBody{"The request content was malformed:\n" + bad->message};
  }
  StartJob start;
  start.function = *reader.function;
  start.arguments = std::move(std::get<JsonText>(arguments));
  return start;
}

StartJob ToStart(FunctionRequest request) {
  StartJob start;
  start.function = std::move(request.function);
  start.arguments = std::move(request.parameters);
  start.external_id = std::move(request.external_id);
  start.context = std::move(request.context);
  start.retry = request.retry;
  start.reply_topic = std::move(request.reply_topic);
  if (request.unique) start.key = RequestKey{"external-id:" + *start.external_id, {}};
  return start;
}

}  // namespace

StartJob ToStart(DevRequest request) {
  StartJob start;
  start.function = request.function.name;
  start.arguments = std::move(request.parameters);
  start.external_id = std::move(request.external_id);
  start.unregistered = std::move(request.function);
  return start;
}

std::variant<StartJob, BadBody> ReadMessage(std::string_view message, const TopicReader& reader) {
  std::variant<StartJob, BadBody> read;
  if (reader.function) {
    read = ReadArguments(message, reader);
  } else {
    auto parsed = ParseMessageRequest(message, reader.max_depth);
    if (auto* bad = std::get_if<BadBody>(&parsed)) return std::move(*bad);
    if (auto* dev = std::get_if<DevRequest>(&parsed)) {
      read = ToStart(std::move(*dev));
    } else {
      read = ToStart(std::move(std::get<FunctionRequest>(parsed)));
    }
  }
  if (auto* start = std::get_if<StartJob>(&read)) start->source = reader.source;
  return read;
}

std::string RejectionJson(const Rejection& rejection, WallTime time) {
  JsonObject json;
  json.Text("id", "");
  if (rejection.external_id) json.Text("externalId", *rejection.external_id);
  if (!rejection.function.empty()) json.Text("function", rejection.function);
  return json.Number("time", ToEpochMillis(time))
      .Text("error", rejection.reason)
      .Text("event", "failed")
      .Take();
}

bool IsForNow(const Refusal& refusal) {
  return refusal.kind == Refusal::Kind::kBusy || refusal.kind == Refusal::Kind::kUnavailable ||
         refusal.kind == Refusal::Kind::kDiskFull;
}

}  // namespace mist
