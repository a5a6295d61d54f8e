// Requests without a connection, for tests of what works on them.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "api/http/request.h"
#include "api/http/thread_pool.h"

namespace mist::http {

// A body that arrives in pieces of a given size.
class PieceBody final : public BodySource {
 public:
  explicit PieceBody(std::string text = "", std::size_t piece_bytes = 1 << 20)
      : text_(std::move(text)), piece_bytes_(piece_bytes) {}

  OrReply<std::string_view> Next(std::int64_t /*max_bytes*/) override {
    const std::string_view piece = std::string_view(text_).substr(given_, piece_bytes_);
    given_ += piece.size();
    return piece;
  }

 private:
  const std::string text_;
  const std::size_t piece_bytes_;
  std::size_t given_ = 0;
};

class RequestMaker {
 public:
  Request Make(std::string method, std::string target, std::vector<Header> headers = {}) {
    return {.method = std::move(method),
            .target = std::move(target),
            .headers = std::move(headers),
            .remote_address = "127.0.0.1",
            .body = body_,
            .threads = threads_};
  }

 private:
  PieceBody body_;
  ThreadPool threads_{ThreadPoolOptions()};
};

}  // namespace mist::http
