#include "cli/api_client.h"

#include <httplib.h>
#include <sys/socket.h>

#include "base/error.h"
#include "cli/multipart_file.h"

namespace mist::cli {
namespace {

constexpr std::chrono::seconds kConnectTimeout{10};

// The master answers, or gives up, within two minutes; a little more for the way.
constexpr std::chrono::seconds kAnswerTimeout{130};

// As good as no limit. Not more: the library hands it to poll() as an int of milliseconds.
constexpr std::chrono::hours kLongestWait{24 * 20};

constexpr char kJsonType[] = "application/json";

std::string WithQuery(const std::string& path, const Query& query) {
  std::string target = path;
  for (const auto& [key, value] : query) {
    target += target.size() == path.size() ? '?' : '&';
    target += PercentEncode(key) + "=" + PercentEncode(value);
  }
  return target;
}

void SetSocketOptions(socket_t socket) {
  // A job may run for hours without a byte on the connection: notice a master that has vanished.
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

Error NoAnswer(const ServerAddress& address, const std::string& target, httplib::Error error) {
  const bool unreachable =
      error == httplib::Error::Connection || error == httplib::Error::ConnectionTimeout;
  if (unreachable) {
    return Error(ErrorCode::kUnavailable,
                 "cannot connect to a Mist master at " + address.Url() +
                     ". Start one with 'mist-master start', or name another with --host and --port "
                     "(or MIST_HOST and MIST_PORT)");
  }
  return Error(ErrorCode::kUnavailable,
               "the connection to " + address.Url() + " ended before " + target +
                   " was answered (" + httplib::to_string(error) +
                   "). The request may have taken effect; look with 'mist-cli list' and try again");
}

}  // namespace

std::string ApiPath(std::initializer_list<std::string_view> segments) {
  std::string path = "/v2/api";
  for (const std::string_view segment : segments) path += "/" + PercentEncode(segment);
  return path;
}

std::string HttpAnswer::Describe() const {
  const char* kind = status >= 500 ? " Server Error: " : " Client Error: ";
  std::string text = std::to_string(status) + kind + reason + " for url: " + url + ": " + body;
  if (!request_body.empty()) text += "\nRequest body: " + request_body;
  return text;
}

const HttpAnswer& HttpAnswer::RequireOk() const {
  if (Ok()) return *this;
  throw Error(status >= 500 ? ErrorCode::kUnavailable : ErrorCode::kInvalidInput, Describe());
}

nlohmann::json HttpAnswer::Json() const {
  RequireOk();
  nlohmann::json json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_discarded()) return json;
  throw Error(ErrorCode::kInvalidInput,
              "the answer of " + url +
                  " is not JSON. Is a Mist master there? It begins with: " + body.substr(0, 80));
}

ApiClient::ApiClient(ServerAddress address)
    : address_(std::move(address)),
      http_(std::make_unique<httplib::Client>(address_.host, address_.port)) {
  http_->set_tcp_nodelay(true);  // otherwise every request on a kept connection waits 40 ms
  http_->set_keep_alive(true);
  http_->set_url_encode(false);  // paths come encoded from ApiPath
  http_->set_connection_timeout(kConnectTimeout);
  http_->set_read_timeout(kAnswerTimeout);
  http_->set_write_timeout(kAnswerTimeout);
  http_->set_socket_options(SetSocketOptions);
  if (address_.credentials) {
    http_->set_basic_auth(address_.credentials->user, address_.credentials->password);
  }
}

ApiClient::~ApiClient() = default;
ApiClient::ApiClient(ApiClient&&) noexcept = default;

HttpAnswer ApiClient::Get(const std::string& path, const Query& query) {
  const std::string target = WithQuery(path, query);
  return Answer(http_->Get(target), target);
}

HttpAnswer ApiClient::GetRange(const std::string& path, std::uint64_t first, std::uint64_t last) {
  const std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(last);
  return Answer(http_->Get(path, httplib::Headers{{"Range", range}}), path);
}

HttpAnswer ApiClient::Post(const std::string& path, const Query& query, const std::string& json) {
  const std::string target = WithQuery(path, query);
  return Answer(http_->Post(target, json, kJsonType), target, json);
}

HttpAnswer ApiClient::PostFile(const std::string& path, const Query& query,
                               const std::string& file_name, const std::string& local_file) {
  MultipartFile form(file_name, local_file);
  const std::string target = WithQuery(path, query);
  const auto provide = [&form](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
    const std::string bytes = form.Read(offset, length);
    return !bytes.empty() && sink.write(bytes.data(), bytes.size());
  };
  return Answer(http_->Post(target, form.Size(), provide, form.ContentType()), target);
}

HttpAnswer ApiClient::Put(const std::string& path, const std::string& json) {
  return Answer(http_->Put(path, json, kJsonType), path, json);
}

HttpAnswer ApiClient::Delete(const std::string& path) {
  return Answer(http_->Delete(path), path);
}

void ApiClient::WaitWithoutLimit() {
  http_->set_read_timeout(kLongestWait);
}

HttpAnswer ApiClient::Answer(const httplib::Result& result, const std::string& target,
                             const std::string& request_body) const {
  if (!result) throw NoAnswer(address_, target, result.error());
  return {result->status, result->reason, result->body, address_.Url() + target, request_body};
}

}  // namespace mist::cli
