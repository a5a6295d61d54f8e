#include "api/http/openapi_text.h"
#include "api/http/replies.h"
#include "api/http/routes.h"

namespace mist::http {

void AddOpenApiRoute(Router& router) {
  router.Add("GET", "/v2/api/openapi.json",
             [](const Call&) { return JsonReply(std::string(kOpenApiText)); });
}

}  // namespace mist::http
