// Percent-encoding of paths and queries.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mist::http {

// nullopt for a percent sign without two hex digits, and for results that are not UTF-8.
std::optional<std::string> DecodePathSegment(std::string_view text);
// As above, with '+' for a blank.
std::optional<std::string> DecodeQueryPart(std::string_view text);

}  // namespace mist::http
