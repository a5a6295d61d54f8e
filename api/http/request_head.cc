#include "api/http/request_head.h"

#include <algorithm>
#include <charconv>

#include "api/http/replies.h"

namespace mist::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMaxMethodAndVersionBytes = 64;

bool IsTokenChar(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         kMarks.find(c) != std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenChar);
}

bool IsVisible(char c) {
  return c > 0x20 && c < 0x7f;
}

bool IsValueChar(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::string_view TrimBlanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Comma-separated list of words, as Connection and Transfer-Encoding have it.
bool ListHas(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (EqualsIgnoringCase(TrimBlanks(list.substr(0, comma)), word)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

std::string_view TakeLine(std::string_view& rest) {
  const std::size_t end = rest.find(kLineEnd);
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + kLineEnd.size());
  return line;
}

std::optional<Reply> ParseRequestLine(std::string_view line, const HeadLimits& limits,
                                      RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return BadRequestReply("Illegal request line");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!IsToken(method)) return BadRequestReply("Illegal request method");
  if (target.empty() || target.front() != '/' ||
      !std::all_of(target.begin(), target.end(), IsVisible)) {
    return BadRequestReply("Illegal request-target");
  }
  if (target.size() > limits.max_target_bytes) return TargetTooLongReply();
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return TextReply(505,
                     "The server does not support the HTTP protocol version used in the request.");
  }
  head.method = method;
  head.target = target;
  head.keep_alive = version == "HTTP/1.1";
  return std::nullopt;
}

std::optional<Reply> ParseHeaders(std::string_view lines, const HeadLimits& limits,
                                  RequestHead& head) {
  while (!lines.empty()) {
    const std::string_view line = TakeLine(lines);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) {
      return BadRequestReply("Illegal header name");
    }
    const std::string_view value = TrimBlanks(line.substr(colon + 1));
    if (!std::all_of(value.begin(), value.end(), IsValueChar)) {
      return BadRequestReply("Illegal header value");
    }
    if (head.headers.size() == limits.max_header_count) return HeadTooLargeReply();
    head.headers.emplace_back(line.substr(0, colon), value);
  }
  return std::nullopt;
}

std::optional<Reply> ReadContentLength(std::string_view value, RequestHead& head) {
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), head.content_length);
  const bool digits_only = !value.empty() && value.front() != '-';
  if (error != std::errc() || end != value.data() + value.size() || !digits_only) {
    return BadRequestReply("Illegal Content-Length");
  }
  return std::nullopt;
}

std::optional<Reply> ReadFraming(RequestHead& head) {
  int lengths = 0;
  int hosts = 0;
  for (const auto& [name, value] : head.headers) {
    if (EqualsIgnoringCase(name, "Content-Length")) {
      if (++lengths > 1) return BadRequestReply("More than one Content-Length");
      if (std::optional<Reply> refused = ReadContentLength(value, head)) return refused;
    } else if (EqualsIgnoringCase(name, "Transfer-Encoding")) {
      if (head.chunked) return BadRequestReply("More than one Transfer-Encoding");
      if (!EqualsIgnoringCase(value, "chunked")) {
        return TextReply(501, "Only the transfer encoding chunked is supported.");
      }
      head.chunked = true;
    } else if (EqualsIgnoringCase(name, "Host") && ++hosts > 1) {
      return BadRequestReply("More than one Host");
    }
  }
  if (head.chunked && lengths > 0) {
    return BadRequestReply("Content-Length and Transfer-Encoding exclude each other");
  }
  return std::nullopt;
}

void ReadConnectionOptions(RequestHead& head) {
  const std::string_view connection = head.FindHeader("Connection").value_or("");
  if (ListHas(connection, "close")) head.keep_alive = false;
  head.wants_upgrade = ListHas(connection, "upgrade") &&
                       ListHas(head.FindHeader("Upgrade").value_or(""), "websocket");
  head.expects_continue =
      EqualsIgnoringCase(head.FindHeader("Expect").value_or(""), "100-continue");
}

}  // namespace

HeadScan ScanHead(std::string_view buffer, std::size_t seen, const HeadLimits& limits) {
  using State = HeadScan::State;
  const std::size_t line_end = buffer.substr(0, limits.max_head_bytes).find('\n');
  if (std::min(line_end, buffer.size()) > limits.max_target_bytes + kMaxMethodAndVersionBytes) {
    return {State::kTargetTooLong};
  }
  std::size_t newline = buffer.find('\n', seen);
  for (; newline != std::string_view::npos; newline = buffer.find('\n', newline + 1)) {
    if (newline >= limits.max_head_bytes) return {State::kHeadTooLarge};
    if (newline == 0 || buffer[newline - 1] != '\r') return {State::kMalformed};
    if (newline >= 3 && buffer.substr(newline - 3, 2) == kLineEnd) {
      return {State::kComplete, newline + 1};
    }
  }
  return {buffer.size() > limits.max_head_bytes ? State::kHeadTooLarge : State::kIncomplete};
}

std::optional<std::string_view> RequestHead::FindHeader(std::string_view name) const {
  for (const auto& [header, value] : headers) {
    if (EqualsIgnoringCase(header, name)) return value;
  }
  return std::nullopt;
}

OrReply<RequestHead> ParseHead(std::string_view head, const HeadLimits& limits) {
  RequestHead parsed;
  std::string_view rest = head;
  if (auto refused = ParseRequestLine(TakeLine(rest), limits, parsed)) return *refused;
  if (auto refused = ParseHeaders(rest, limits, parsed)) return *refused;
  if (auto refused = ReadFraming(parsed)) return *refused;
  ReadConnectionOptions(parsed);
  return parsed;
}

}  // namespace mist::http
