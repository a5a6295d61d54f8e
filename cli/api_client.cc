#include "cli/api_client.h"

#include <algorithm>

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

// "2.5 s"
std::string Seconds(std::chrono::milliseconds time) {
  std::string text = std::to_string(time.count() / 1000);
  const auto tenths = time.count() % 1000 / 100;
  if (tenths != 0) text += "." + std::to_string(tenths);
  return text + " s";
}

Error NotConnected(const ServerAddress& address, const std::string& when) {
  return Error(ErrorCode::kUnavailable,
               "cannot connect to a Mist master at " + address.Url() + when +
                   ". Start one with 'mist-master start', or name another with --host and --port "
                   "(or MIST_HOST and MIST_PORT)");
}

Error NotAnswered(const ServerAddress& address, const std::string& target,
                  const std::string& reason) {
  return Error(ErrorCode::kUnavailable,
               "the connection to " + address.Url() + " ended before " + target +
                   " was answered (" + reason +
                   "). The request may have taken effect; look with 'mist-cli list' and try again");
}

Error TooSlow(const ServerAddress& address, const std::string& target,
              std::chrono::milliseconds timeout) {
  return Error(ErrorCode::kUnavailable,
               address.Url() + " did not answer " + target + " within " + Seconds(timeout) +
                   ". The request may still take effect; look with 'mist-cli list', or wait longer "
                   "with --timeout");
}

// A page of some proxy can be long.
std::string Shortened(const std::string& body) {
  constexpr std::size_t kShownBytes = 4000;
  if (body.size() <= kShownBytes) return body;
  return body.substr(0, kShownBytes) + "... (" + std::to_string(body.size()) + " bytes)";
}

}  // namespace

std::string ApiPath(std::initializer_list<std::string_view> segments) {
  std::string path = "/v2/api";
  for (const std::string_view segment : segments) path += "/" + PercentEncode(segment);
  return path;
}

std::string HttpAnswer::Describe() const {
  if (status >= 300 && status < 400) {
    return std::to_string(status) + " Redirection: " + reason + " for url: " + url + " to " +
           (location.empty() ? "nowhere" : location) +
           ". mist-cli does not follow it: name the master itself with --host and --port";
  }
  const char* kind = status >= 500 ? " Server Error: " : " Client Error: ";
  std::string text =
      std::to_string(status) + kind + reason + " for url: " + url + ": " + Shortened(body);
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
  SetAnswerTimeout(kAnswerTimeout);
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
  return Ask(target, "", [&] { return http_->Get(target); });
}

HttpAnswer ApiClient::GetRange(const std::string& path, std::uint64_t first, std::uint64_t last) {
  const std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(last);
  return Ask(path, "", [&] { return http_->Get(path, httplib::Headers{{"Range", range}}); });
}

HttpAnswer ApiClient::Post(const std::string& path, const Query& query, const std::string& json) {
  const std::string target = WithQuery(path, query);
  return Ask(target, json, [&] { return http_->Post(target, json, kJsonType); });
}

HttpAnswer ApiClient::PostFile(const std::string& path, const Query& query,
                               const std::string& file_name, const std::string& local_file,
                               const UploadProgress& progress) {
  MultipartFile form(file_name, local_file);
  const std::string target = WithQuery(path, query);
  const auto provide = [&](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
    const std::string bytes = form.Read(offset, length);
    if (bytes.empty() || !sink.write(bytes.data(), bytes.size())) return false;
    if (progress) progress(offset + bytes.size(), form.Size());
    return true;
  };
  return Ask(target, "",
             [&] { return http_->Post(target, form.Size(), provide, form.ContentType()); });
}

HttpAnswer ApiClient::Put(const std::string& path, const std::string& json) {
  return Ask(path, json, [&] { return http_->Put(path, json, kJsonType); });
}

HttpAnswer ApiClient::Delete(const std::string& path) {
  return Ask(path, "", [&] { return http_->Delete(path); });
}

void ApiClient::SetAnswerTimeout(std::chrono::milliseconds timeout) {
  connect_timeout_ = std::min<std::chrono::milliseconds>(timeout, kConnectTimeout);
  answer_timeout_ = timeout;
  http_->set_connection_timeout(connect_timeout_);
  http_->set_read_timeout(answer_timeout_);
}

void ApiClient::WaitWithoutLimit() {
  answer_timeout_ = kLongestWait;
  http_->set_read_timeout(answer_timeout_);
}

// The library has one word for a connection that ended and for an answer that did not come in time:
// the clock tells them apart.
template <typename Send>
HttpAnswer ApiClient::Ask(const std::string& target, const std::string& request_body,
                          const Send& send) {
  const auto started = std::chrono::steady_clock::now();
  const httplib::Result result = send();
  if (result) {
    return {result->status,          result->reason, result->body,
            address_.Url() + target, request_body,   result->get_header_value("Location")};
  }
  const bool is_late = std::chrono::steady_clock::now() - started >= answer_timeout_;
  switch (result.error()) {
    case httplib::Error::Connection:
      throw NotConnected(address_, "");
    case httplib::Error::ConnectionTimeout:
      throw NotConnected(address_, " within " + Seconds(connect_timeout_));
    case httplib::Error::Read:
      if (is_late) throw TooSlow(address_, target, answer_timeout_);
      throw NotAnswered(address_, target, "no whole HTTP answer came");
    default:
      throw NotAnswered(address_, target, httplib::to_string(result.error()));
  }
}

}  // namespace mist::cli
