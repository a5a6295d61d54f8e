// openapi.json as it was when the program was built.
#pragma once

#include <string_view>

namespace mist::http {

extern const std::string_view kOpenApiText;

}  // namespace mist::http
