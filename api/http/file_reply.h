// Replies from files, with conditional requests and ranges.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "api/http/request.h"
#include "base/clock.h"

namespace mist::http {

struct FileFacts {
  std::filesystem::path path;
  std::int64_t bytes = 0;  // what is sent even if the file has grown meanwhile
  std::string etag;        // with its quotes
  WallTime modified;
  std::string content_type;
};

// 200 with the whole file, 206 with one range of it (several ranges: the whole file), 304 when the
// client has it already, 416 for a range beyond its end. Throws Error when the file cannot be
// opened.
Reply FileReply(const Request& request, const FileFacts& facts);

// The same for a file that only grows, so that size and time tell one state of it from any other.
Reply GrowingFileReply(const Request& request, const std::filesystem::path& path,
                       std::string content_type);

}  // namespace mist::http
