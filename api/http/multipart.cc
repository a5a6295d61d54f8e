#include "api/http/multipart.h"

#include <algorithm>
#include <utility>

#include "api/http/percent.h"
#include "api/http/replies.h"

namespace mist::http {
namespace {

constexpr std::size_t kMaxBoundaryBytes = 70;  // RFC 2046
constexpr std::size_t kMaxPartHeadBytes = 8 << 10;

Reply Malformed(std::string_view reason) {
  return MalformedContent(reason);
}

std::string_view SkipBlanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

// Takes the value that `rest` begins with: quoted (only \" is an escape, so that file names may
// hold backslashes) or up to the next semicolon.
std::string TakeParameterValue(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    value = rest.substr(0, end);
    rest.remove_prefix(end);
    value.erase(value.find_last_not_of(" \t") + 1);
    return value;
  }
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != '"') {
    if (rest.starts_with("\\\"")) rest.remove_prefix(1);
    value += rest.front();
    rest.remove_prefix(1);
  }
  rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
  return value;
}

// A parameter of a header such as `form-data; name="file"; filename="a.jar"`.
std::optional<std::string> FindParameter(std::string_view header, std::string_view wanted) {
  std::size_t semicolon = header.find(';');
  while (semicolon != std::string_view::npos) {
    std::string_view rest = SkipBlanks(header.substr(semicolon + 1));
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    std::string value = TakeParameterValue(rest);
    if (EqualsIgnoringCase(name, wanted)) return value;
    header = rest;
    semicolon = header.find(';');
  }
  return std::nullopt;
}

std::optional<std::string> FileNameOf(std::string_view disposition) {
  if (auto name = FindParameter(disposition, "filename"); name && !name->empty()) return name;
  // RFC 5987, for names that are not ASCII: UTF-8''na%C3%AFve.jar
  const auto encoded = FindParameter(disposition, "filename*");
  constexpr std::string_view kCharset = "utf-8''";
  const std::string_view text = encoded ? std::string_view(*encoded) : std::string_view();
  if (!EqualsIgnoringCase(text.substr(0, kCharset.size()), kCharset)) return std::nullopt;
  auto name = DecodePathSegment(text.substr(kCharset.size()));
  return name && !name->empty() ? name : std::nullopt;
}

OrReply<PartHead> ParsePartHead(std::string_view lines) {
  constexpr std::string_view kName = "Content-Disposition:";
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    if (!EqualsIgnoringCase(line.substr(0, kName.size()), kName)) continue;
    const std::string_view disposition = line.substr(kName.size());
    return PartHead{FindParameter(disposition, "name").value_or(""), FileNameOf(disposition)};
  }
  return Malformed("A part of the multipart content has no Content-Disposition");
}

}  // namespace

OrReply<std::string> MultipartBoundary(const Request& request) {
  constexpr std::string_view kType = "multipart/form-data";
  const std::string_view type = request.FindHeader("Content-Type").value_or("");
  const std::string_view name = type.substr(0, type.find_first_of("; \t"));
  if (!EqualsIgnoringCase(name, kType)) {
    return TextReply(415,
                     "The request's Content-Type is not supported. Expected:\nmultipart/form-data");
  }
  const std::optional<std::string> boundary = FindParameter(type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundaryBytes) {
    return Malformed("The multipart content has no usable boundary");
  }
  return *boundary;
}

MultipartReader::MultipartReader(BodySource& body, const std::string& boundary,
                                 std::int64_t max_body_bytes)
    : body_(body), max_body_bytes_(max_body_bytes), delimiter_("\r\n--" + boundary) {}

OrReply<std::optional<PartHead>> MultipartReader::NextPart() {
  for (;;) {  // what is left of this part, or what precedes the first
    const auto piece = NextPiece();
    if (const Reply* refused = std::get_if<Reply>(&piece)) return *refused;
    if (std::get<std::string_view>(piece).empty()) break;
  }
  const std::size_t start = delimiter_.size();
  while (buffer_.size() < start + 2) {
    if (auto refused = Fill()) return *refused;
  }
  if (buffer_.compare(start, 2, "--") == 0) return std::optional<PartHead>();

  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n", start)) == std::string::npos) {
    if (buffer_.size() > start + kMaxPartHeadBytes) return Malformed("A part's head is too large");
    if (auto refused = Fill()) return *refused;
  }
  const std::size_t line_end = buffer_.find("\r\n", start);
  const bool only_blanks = buffer_.find_first_not_of(" \t", start) == line_end;
  if (!only_blanks || end == line_end)
    return Malformed("A part of the multipart content has no head");
  OrReply<PartHead> head =
      ParsePartHead(std::string_view(buffer_).substr(line_end + 2, end - line_end - 2));
  buffer_.erase(0, end + 2);  // its empty line stays: a delimiter may follow at once
  if (const Reply* refused = std::get_if<Reply>(&head)) return *refused;
  if (!AtDelimiter()) {
    while (buffer_.size() < delimiter_.size()) {
      if (auto refused = Fill()) return *refused;
    }
    if (!AtDelimiter()) buffer_.erase(0, 2);
  }
  return std::optional<PartHead>(std::move(std::get<PartHead>(head)));
}

OrReply<std::string_view> MultipartReader::NextPiece() {
  std::size_t bytes = OwnBytes();
  while (bytes == 0 && !AtDelimiter()) {
    if (auto refused = Fill()) return *refused;
    bytes = OwnBytes();
  }
  piece_.assign(buffer_, 0, bytes);
  buffer_.erase(0, bytes);
  return piece_;
}

std::size_t MultipartReader::OwnBytes() const {
  const std::size_t delimiter = buffer_.find(delimiter_);
  if (delimiter != std::string::npos) return delimiter;
  return buffer_.size() - std::min(buffer_.size(), delimiter_.size() - 1);
}

std::optional<Reply> MultipartReader::Fill() {
  const auto more = body_.Next(max_body_bytes_);
  if (const Reply* refused = std::get_if<Reply>(&more)) return *refused;
  const std::string_view bytes = std::get<std::string_view>(more);
  if (bytes.empty()) return Malformed("The multipart content ended early");
  buffer_ += bytes;
  return std::nullopt;
}

}  // namespace mist::http
