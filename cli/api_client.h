// The master's HTTP API as this tool uses it: one call, one request, one answer. An answer of any
// status is a value; a master that cannot be reached is an Error (kUnavailable).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/server_address.h"

namespace httplib {
class Client;
class Result;
}  // namespace httplib

namespace mist::cli {

using Query = std::vector<std::pair<std::string, std::string>>;

// "/v2/api/functions/my%20function/jobs" from {"functions", "my function", "jobs"}.
std::string ApiPath(std::initializer_list<std::string_view> segments);

struct HttpAnswer {
  int status = 0;
  std::string reason;  // "Not Found"
  std::string body;
  std::string url;
  std::string request_body;  // empty when none was sent
  std::string location;      // where a redirection points to

  bool Ok() const { return status >= 200 && status < 300; }

  // "404 Client Error: Not Found for url: <url>: <body>", and a line with the request's body if
  // any.
  std::string Describe() const;

  // Throws Error with Describe() unless Ok().
  const HttpAnswer& RequireOk() const;

  // The body as JSON. Throws Error when the status is not 2xx or the body is something else.
  nlohmann::json Json() const;
};

// Hears how much of a request was sent.
using UploadProgress = std::function<void(std::size_t sent_bytes, std::size_t all_bytes)>;

// Holds one keep-alive connection. Used by one thread.
class ApiClient {
 public:
  explicit ApiClient(ServerAddress address);
  ~ApiClient();
  ApiClient(ApiClient&&) noexcept;

  [[nodiscard]] HttpAnswer Get(const std::string& path, const Query& query = {});
  // Bytes first..last, counted from 0: 206 with them, or 416 when nothing is there (yet).
  [[nodiscard]] HttpAnswer GetRange(const std::string& path, std::uint64_t first,
                                    std::uint64_t last);
  [[nodiscard]] HttpAnswer Post(const std::string& path, const Query& query,
                                const std::string& json);
  // A form with the one part `file`, streamed from the disk. Throws Error (kIo) when it cannot be
  // read.
  [[nodiscard]] HttpAnswer PostFile(const std::string& path, const Query& query,
                                    const std::string& file_name, const std::string& local_file,
                                    const UploadProgress& progress = {});
  [[nodiscard]] HttpAnswer Put(const std::string& path, const std::string& json);
  [[nodiscard]] HttpAnswer Delete(const std::string& path);

  // How long to wait for a connection, and for each piece of an answer.
  void SetAnswerTimeout(std::chrono::milliseconds timeout);

  // For answers that come when a job ends: waits as long as the connection lives.
  void WaitWithoutLimit();

  const ServerAddress& Address() const { return address_; }

 private:
  template <typename Send>
  HttpAnswer Ask(const std::string& target, const std::string& request_body, const Send& send);

  ServerAddress address_;  // constant after construction
  std::chrono::milliseconds connect_timeout_;
  std::chrono::milliseconds answer_timeout_;
  std::unique_ptr<httplib::Client> http_;
};

}  // namespace mist::cli
