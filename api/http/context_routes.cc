#include <utility>

#include "api/http/replies.h"
#include "api/http/routes.h"
#include "api/json/json_writer.h"
#include "contexts/context_json.h"

namespace mist::http {
namespace {

Reply NoSuchContext(const std::string& name) {
  return TextReply(404, "Context with name " + name + " not found");
}

Reply SavedReply(const Outcome<ContextConfig>& outcome) {
  if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) return RefusalReply(*refusal);
  return JsonReply(ToJson(std::get<ContextConfig>(outcome)).value);
}

Reply ListContexts(const Services& services) {
  JsonArray contexts;
  const std::vector<FailedStarts> failing = services.contexts.FailingContexts();
  for (const ContextConfig& context : services.contexts.List())
    contexts.Add(ContextJson(context, failing));
  return JsonReply(contexts.Take());
}

Reply FindContext(const Services& services, const Call& call) {
  const std::optional<ContextConfig> context = services.contexts.Find({call.ids[0]});
  if (!context) return NoSuchResource();
  return JsonReply(ContextJson(*context, services.contexts.FailingContexts()));
}

Reply CreateContext(const Services& services, const RouteOptions& options, const Call& call) {
  const auto body = ReadBody(call.request, options.max_json_bytes);
  if (const Reply* refused = std::get_if<Reply>(&body)) return *refused;
  auto parsed = ParseContextCreate(std::get<std::string>(body), services.contexts.Defaults());
  if (const BadBody* bad = std::get_if<BadBody>(&parsed)) return BadRequestReply(bad->text);
  auto& config = std::get<ContextConfig>(parsed);
  if (config.name.value == kDefaultContext) {
    return BadRequestReply("Can not create context with name:\"default\"");
  }
  return SavedReply(services.contexts.Save(std::move(config)));
}

Reply UpdateContext(const Services& services, const RouteOptions& options, const Call& call) {
  const auto body = ReadBody(call.request, options.max_json_bytes);
  if (const Reply* refused = std::get_if<Reply>(&body)) return *refused;
  const std::string& name = call.ids[0];
  const std::optional<ContextConfig> current = services.contexts.Find({name});
  auto parsed = ParseContextUpdate(std::get<std::string>(body), current.value_or(ContextConfig()));
  if (const BadBody* bad = std::get_if<BadBody>(&parsed)) return BadRequestReply(bad->text);
  auto& config = std::get<ContextConfig>(parsed);
  if (!current) return NoSuchContext(name);
  if (config.name.value != name) {
    return BadRequestReply("The context is named " + name + " by the path and " +
                           config.name.value + " by the request's content");
  }
  return SavedReply(services.contexts.Update(std::move(config)));
}

Reply DeleteContext(const Services& services, const Call& call) {
  const Outcome<ContextConfig> deleted = services.contexts.Delete({call.ids[0]});
  const Refusal* refusal = std::get_if<Refusal>(&deleted);
  if (refusal != nullptr && refusal->kind == Refusal::Kind::kNotFound) return NoSuchResource();
  return SavedReply(deleted);
}

Reply RepairContext(const Services& services, const Call& call) {
  const Outcome<ContextConfig> repaired = services.contexts.Repair({call.ids[0]});
  return std::holds_alternative<Refusal>(repaired) ? NoSuchResource() : SavedReply(repaired);
}

}  // namespace

void AddContextRoutes(Router& router, const Services& services, const RouteOptions& options) {
  constexpr char kAll[] = "/v2/api/contexts";
  constexpr char kOne[] = "/v2/api/contexts/{id}";
  router.Add("GET", kAll, [services](const Call&) { return ListContexts(services); });
  router.Add("POST", kAll, [services, options](const Call& call) {
    return CreateContext(services, options, call);
  });
  router.Add("GET", kOne, [services](const Call& call) { return FindContext(services, call); });
  router.Add("PUT", kOne, [services, options](const Call& call) {
    return UpdateContext(services, options, call);
  });
  router.Add("DELETE", kOne,
             [services](const Call& call) { return DeleteContext(services, call); });
  router.Add("POST", "/v2/api/contexts/{id}/repair",
             [services](const Call& call) { return RepairContext(services, call); });
}

}  // namespace mist::http
