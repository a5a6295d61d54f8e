#include "api/http/replies.h"
#include "api/http/routes.h"
#include "api/http/thread_pool.h"
#include "api/json/json_writer.h"
#include "contexts/context_json.h"

namespace mist::http {
namespace {

std::string InfoJson(const Function& function) {
  return ToFunctionInfoJson(function.config, function.schema).value;
}

// Everything about a registration is a 400 in Mist 1.1, on one line: "class <Java class>:
// <message>".
Reply RegistrationRefusal(const Refusal& refusal) {
  const bool about_the_request = refusal.kind == Refusal::Kind::kNotFound ||
                                 refusal.kind == Refusal::Kind::kConflict ||
                                 refusal.kind == Refusal::Kind::kInvalid;
  if (!about_the_request) return RefusalReply(refusal);
  if (refusal.legacy_class.empty()) return BadRequestReply(refusal.message);
  return BadRequestReply("class " + refusal.legacy_class + ": " + refusal.message);
}

OrReply<FunctionConfig> ReadConfig(const Call& call, const RouteOptions& options) {
  const auto body = ReadBody(call.request, options.max_json_bytes);
  if (const Reply* refused = std::get_if<Reply>(&body)) return *refused;
  const auto config = ParseFunctionConfig(std::get<std::string>(body));
  if (const BadBody* bad = std::get_if<BadBody>(&config)) return BadRequestReply(bad->text);
  return std::get<FunctionConfig>(config);
}

template <typename Value>
Reply RegistrationReply(const Outcome<Value>& outcome, std::string (*encode)(const Value&)) {
  if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) return RegistrationRefusal(*refusal);
  return JsonReply(encode(std::get<Value>(outcome)));
}

Reply ListFunctions(const Services& services) {
  JsonArray functions;
  for (const Function& function : services.functions.List()) functions.Add(InfoJson(function));
  return JsonReply(functions.Take());
}

Reply FindFunction(const Services& services, const Call& call) {
  const Outcome<Function> found = services.functions.Find({call.ids[0]});
  if (const Refusal* refusal = std::get_if<Refusal>(&found)) {
    return refusal->kind == Refusal::Kind::kNotFound ? NoSuchResource() : RefusalReply(*refusal);
  }
  return JsonReply(InfoJson(std::get<Function>(found)));
}

// Reading the schema from the artifact may take the inspector seconds.
Reply CreateFunction(const Services& services, const RouteOptions& options, const Call& call) {
  const auto force = call.query.Boolean("force", false);
  if (const Reply* refused = std::get_if<Reply>(&force)) return *refused;
  auto config = ReadConfig(call, options);
  if (const Reply* refused = std::get_if<Reply>(&config)) return *refused;
  const auto waiting = call.request.threads.TryWait();
  if (!waiting) return TooManyWaiting();
  if (std::get<bool>(force)) {
    return RegistrationReply<FunctionConfig>(
        services.functions.Force(std::get<FunctionConfig>(config)),
        [](const FunctionConfig& stored) { return ToJson(stored).value; });
  }
  return RegistrationReply<Function>(services.functions.Create(std::get<FunctionConfig>(config)),
                                     InfoJson);
}

Reply UpdateFunction(const Services& services, const RouteOptions& options, const Call& call) {
  auto config = ReadConfig(call, options);
  if (const Reply* refused = std::get_if<Reply>(&config)) return *refused;
  const auto waiting = call.request.threads.TryWait();
  if (!waiting) return TooManyWaiting();
  return RegistrationReply<Function>(services.functions.Update(std::get<FunctionConfig>(config)),
                                     InfoJson);
}

Reply DeleteFunction(const Services& services, const Call& call) {
  const Outcome<Function> deleted = services.functions.Delete({call.ids[0]});
  if (const Refusal* refusal = std::get_if<Refusal>(&deleted)) {
    return refusal->kind == Refusal::Kind::kNotFound ? NoSuchResource() : RefusalReply(*refusal);
  }
  return JsonReply(InfoJson(std::get<Function>(deleted)));
}

}  // namespace

void AddFunctionRoutes(Router& router, const Services& services, const RouteOptions& options) {
  constexpr char kAll[] = "/v2/api/functions";
  constexpr char kOne[] = "/v2/api/functions/{id}";
  router.Add("GET", kAll, [services](const Call&) { return ListFunctions(services); });
  router.Add("POST", kAll, [services, options](const Call& call) {
    return CreateFunction(services, options, call);
  });
  router.Add("PUT", kAll, [services, options](const Call& call) {
    return UpdateFunction(services, options, call);
  });
  router.Add("GET", kOne, [services](const Call& call) { return FindFunction(services, call); });
  router.Add("DELETE", kOne,
             [services](const Call& call) { return DeleteFunction(services, call); });
}

}  // namespace mist::http
