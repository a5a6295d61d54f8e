// Reads a multipart/form-data body part by part while it arrives; memory does not depend on its
// size.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/request.h"

namespace mist::http {

// The boundary of a Content-Type. 415 when it is not multipart/form-data, 400 without a boundary.
OrReply<std::string> MultipartBoundary(const Request& request);

struct PartHead {
  std::string name;
  std::optional<std::string> file_name;  // never empty
};

class MultipartReader {
 public:
  MultipartReader(BodySource& body, const std::string& boundary, std::int64_t max_body_bytes);

  // The head of the next part, after what is left of the current one; nullopt after the last.
  OrReply<std::optional<PartHead>> NextPart();
  // Bytes of the current part, valid until the next call; empty at its end.
  OrReply<std::string_view> NextPiece();

 private:
  std::optional<Reply> Fill();
  // How many bytes of the buffer belong to the part for certain.
  std::size_t OwnBytes() const;
  bool AtDelimiter() const { return std::string_view(buffer_).starts_with(delimiter_); }

  BodySource& body_;
  const std::int64_t max_body_bytes_;
  const std::string delimiter_;
  std::string buffer_ = "\r\n";  // the first delimiter need not follow a line
  std::string piece_;
};

}  // namespace mist::http
