#include "api/http/file_reply.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <sys/stat.h>

#include "api/http/replies.h"
#include "base/error.h"

namespace mist::http {
namespace {

constexpr char kHttpDate[] = "%a, %d %b %Y %H:%M:%S GMT";

std::string ToHttpDate(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), kHttpDate, &parts)};
}

bool IsUnchangedSince(WallTime modified, std::string_view date) {
  std::tm parts{};
  const char* end = strptime(std::string(date).c_str(), kHttpDate, &parts);
  return end != nullptr && std::chrono::system_clock::to_time_t(modified) <= timegm(&parts);
}

bool IsKnownToClient(const Request& request, const FileFacts& facts) {
  if (const auto tags = request.FindHeader("If-None-Match")) {
    return *tags == "*" || tags->find(facts.etag) != std::string_view::npos;
  }
  const auto date = request.FindHeader("If-Modified-Since");
  return date && IsUnchangedSince(facts.modified, *date);
}

struct ByteRange {
  std::int64_t first = 0;
  std::int64_t bytes = 0;
};
struct NoRange {};  // none was asked for, or none that we serve: the whole file
struct BeyondEnd {};

std::optional<std::int64_t> ParseNumber(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool all = error == std::errc() && end == digits.data() + digits.size();
  return all && number >= 0 ? std::optional(number) : std::nullopt;
}

// "bytes=0-99", "bytes=100-", "bytes=-50".
std::variant<ByteRange, NoRange, BeyondEnd> ParseRange(std::string_view text, std::int64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!text.starts_with(kUnit)) return NoRange{};
  text.remove_prefix(kUnit.size());
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return NoRange{};
  const auto first = ParseNumber(text.substr(0, dash));
  const auto last = ParseNumber(text.substr(dash + 1));
  if (dash == 0) {
    if (!last) return NoRange{};
    if (*last == 0 || size == 0) return BeyondEnd{};
    const std::int64_t bytes = std::min(*last, size);
    return ByteRange{size - bytes, bytes};
  }
  const bool to_the_end = dash + 1 == text.size();
  if (!first || (!last && !to_the_end) || (last && *last < *first)) return NoRange{};
  if (*first >= size) return BeyondEnd{};
  const std::int64_t past_last = to_the_end ? size : std::min(*last, size - 1) + 1;
  return ByteRange{*first, past_last - *first};
}

std::variant<ByteRange, NoRange, BeyondEnd> WantedRange(const Request& request,
                                                        const FileFacts& facts) {
  const auto range = request.FindHeader("Range");
  const auto condition = request.FindHeader("If-Range");
  if (!range || request.method != "GET") return NoRange{};
  if (condition && *condition != facts.etag && *condition != ToHttpDate(facts.modified)) {
    return NoRange{};
  }
  return ParseRange(*range, facts.bytes);
}

}  // namespace

Reply FileReply(const Request& request, const FileFacts& facts) {
  Reply reply = {.headers = {{"ETag", facts.etag},
                             {"Last-Modified", ToHttpDate(facts.modified)},
                             {"Accept-Ranges", "bytes"}}};
  if (IsKnownToClient(request, facts)) {
    reply.status = 304;
    return reply;
  }
  const auto wanted = WantedRange(request, facts);
  const std::string size = std::to_string(facts.bytes);
  if (std::holds_alternative<BeyondEnd>(wanted)) {
    Reply refused = TextReply(416, "The requested range lies beyond the end.");
    refused.headers.emplace_back("Content-Range", "bytes */" + size);
    return refused;
  }
  reply.content_type = facts.content_type;
  reply.file = FileBody{SharedFile::Open(facts.path), 0, facts.bytes};
  if (const auto* range = std::get_if<ByteRange>(&wanted)) {
    reply.status = 206;
    reply.file->offset = range->first;
    reply.file->bytes = range->bytes;
    reply.headers.emplace_back("Content-Range",
                               "bytes " + std::to_string(range->first) + "-" +
                                   std::to_string(range->first + range->bytes - 1) + "/" + size);
  }
  return reply;
}

Reply GrowingFileReply(const Request& request, const std::filesystem::path& path,
                       std::string content_type) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) throw SystemError(errno, "read " + path.string());
  const auto modified = WallTime(std::chrono::seconds(status.st_mtim.tv_sec) +
                                 std::chrono::nanoseconds(status.st_mtim.tv_nsec));
  return FileReply(request, {.path = path,
                             .bytes = status.st_size,
                             .etag = "\"" + std::to_string(status.st_size) + "-" +
                                     std::to_string(ToEpochMillis(modified)) + "\"",
                             .modified = modified,
                             .content_type = std::move(content_type)});
}

}  // namespace mist::http
