# Writes TARGET, a C++ file that holds the text of SOURCE.
file(READ ${SOURCE} text)
file(WRITE ${TARGET} "#include \"api/http/openapi_text.h\"

namespace mist::http {

const std::string_view kOpenApiText = R\"openapi(${text})openapi\";

}  // namespace mist::http
")
