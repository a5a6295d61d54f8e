#include "api/http/routes.h"

namespace mist::http {

OrReply<std::string> ReadBody(const Request& request, std::int64_t max_bytes) {
  std::string body;
  for (;;) {
    const auto piece = request.body.Next(max_bytes);
    if (const Reply* refused = std::get_if<Reply>(&piece)) return *refused;
    const std::string_view bytes = std::get<std::string_view>(piece);
    if (bytes.empty()) return body;
    body += bytes;
  }
}

}  // namespace mist::http
