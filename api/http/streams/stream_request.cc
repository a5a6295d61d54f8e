#include "api/http/streams/stream_request.h"

#include <charconv>

namespace mist::http {
namespace {

std::optional<std::int64_t> ParseCount(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::string StreamPosition::ToText() const {
  std::string text = std::to_string(event);
  if (log_offset) text += '.' + std::to_string(*log_offset);
  return text;
}

std::optional<StreamPosition> StreamPosition::Parse(std::string_view text) {
  StreamPosition position;
  const std::size_t dot = text.find('.');
  const auto event = ParseCount(text.substr(0, dot));
  if (!event) return std::nullopt;
  position.event = *event;
  if (dot == std::string_view::npos) return position;
  position.log_offset = ParseCount(text.substr(dot + 1));
  return position.log_offset ? std::optional(position) : std::nullopt;
}

}  // namespace mist::http
