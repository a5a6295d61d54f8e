#include "master/workers/docker_client.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <httplib.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace mist {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::chrono::seconds kAnswerTimeout{60};  // creating waits for the disk
constexpr std::chrono::hours kFollowTimeout{20 *
                                            24};  // more does not fit into poll()'s milliseconds
constexpr std::size_t kHeadBytes = 8;

[[noreturn]] void BadHost(const std::string& host) {
  throw Error(ErrorCode::kInvalidConfig, "workers.docker.host is '" + host +
                                             "': it must be unix:///path/of/socket or "
                                             "tcp://host:port (without TLS)");
}

std::unique_ptr<httplib::Client> ClientFor(const std::string& host) {
  constexpr std::string_view kUnix = "unix://";
  constexpr std::string_view kTcp = "tcp://";
  if (host.starts_with(kUnix) && host.size() > kUnix.size()) {
    auto client = std::make_unique<httplib::Client>(host.substr(kUnix.size()), 80);
    client->set_address_family(AF_UNIX);
    return client;
  }
  const std::size_t colon = host.rfind(':');
  int port = 0;
  if (!host.starts_with(kTcp) || colon <= kTcp.size()) BadHost(host);
  const char* const end = host.data() + host.size();
  const auto parsed = std::from_chars(host.data() + colon + 1, end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end || port < 1 || port > 65535) BadHost(host);
  return std::make_unique<httplib::Client>(host.substr(kTcp.size(), colon - kTcp.size()), port);
}

// Docker's errors are {"message": "..."}.
std::string MessageOf(const httplib::Response& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  const bool has_message =
      body.is_object() && body.contains("message") && body["message"].is_string();
  return has_message ? body["message"].get<std::string>() : response.body;
}

[[noreturn]] void Unreachable(const std::string& attempted, const std::string& host,
                              httplib::Error error) {
  throw Error(ErrorCode::kUnavailable,
              attempted + ": Docker at " + host + " does not answer: " + httplib::to_string(error));
}

void Check(const std::string& attempted, const httplib::Response& response) {
  if (response.status < 400) return;
  const std::string text =
      attempted + ": Docker says " + std::to_string(response.status) + ": " + MessageOf(response);
  if (response.status == 404) throw NoSuchContainer(ErrorCode::kIo, text);
  throw Error(ErrorCode::kIo, text);
}

// Answers that are not what the API promises are the daemon's fault, not ours.
template <typename Read>
auto ReadAnswer(const std::string& attempted, const std::string& body, Read read) {
  try {
    return read(Json::parse(body));
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::kIo, attempted + ": Docker's answer is not understood: " + error.what());
  }
}

std::string Container(const std::string& id) {
  return "/containers/" + id;
}

}  // namespace

std::string CreateRequest(const ContainerSpec& spec) {
  Json host = {{"NetworkMode", spec.network}};
  if (!spec.links.empty()) host["Links"] = spec.links;
  return Json{{"Image", spec.image},
              {"Entrypoint", spec.entrypoint},
              {"Env", spec.environment},
              {"Labels", spec.labels},
              {"HostConfig", std::move(host)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

DockerClient::DockerClient(const std::string& host) : host_(host), http_(ClientFor(host)) {
  http_->set_connection_timeout(kConnectTimeout);
  // The path of a socket would be sent as the host's name otherwise, and refused.
  http_->set_default_headers({{"Host", "docker"}});
}

DockerClient::~DockerClient() = default;

std::string DockerClient::Create(const ContainerSpec& spec) {
  const std::string attempted = "creating a container of image " + spec.image;
  return ReadAnswer(attempted, Send(attempted, "POST", "/containers/create", CreateRequest(spec)),
                    [](const Json& answer) { return answer.at("Id").get<std::string>(); });
}

void DockerClient::Start(const std::string& id) {
  (void)Send("starting container " + id, "POST", Container(id) + "/start");
}

void DockerClient::Remove(const std::string& id) {
  try {
    (void)Send("removing container " + id, "DELETE", Container(id) + "?force=true&v=true");
  } catch (const NoSuchContainer&) {
    return;
  }
}

ContainerNetwork DockerClient::NetworkOf(const std::string& id) {
  const std::string attempted = "looking at the master's container " + id;
  return ReadAnswer(
      attempted, Send(attempted, "GET", Container(id) + "/json"), [](const Json& answer) {
        ContainerNetwork found;
        found.container = answer.at("Name").get<std::string>();
        if (found.container.starts_with('/')) found.container.erase(0, 1);
        for (const auto& [name, network] : answer.at("NetworkSettings").at("Networks").items()) {
          found.networks.push_back(name);
          const auto links = network.find("Links");
          if (name == "bridge" && links != network.end() && links->is_array())
            found.bridge_links = links->get<std::vector<std::string>>();
        }
        return found;
      });
}

std::vector<std::string> DockerClient::Stopped(const std::string& label, const std::string& value) {
  return List("stopped", label, value, {"created", "exited", "dead"});
}

std::vector<std::string> DockerClient::Running(const std::string& label, const std::string& value) {
  return List("running", label, value, {"running", "paused", "restarting"});
}

std::vector<std::string> DockerClient::List(const std::string& which, const std::string& label,
                                            const std::string& value,
                                            const std::vector<std::string>& states) {
  const std::string attempted = "listing " + which + " containers";
  const Json filters = {{"label", {label + "=" + value}}, {"status", states}};
  const std::string path = httplib::append_query_params(
      "/containers/json", {{"all", "true"}, {"filters", filters.dump()}});
  return ReadAnswer(attempted, Send(attempted, "GET", path), [](const Json& answer) {
    std::vector<std::string> ids;
    for (const Json& container : answer) ids.push_back(container.at("Id").get<std::string>());
    return ids;
  });
}

void DockerClient::FollowLogs(const std::string& id, LogsFrom from,
                              const std::function<void(std::string_view)>& sink) {
  CheckInterrupted("following container " + id);
  DockerLogDecoder decoder(sink);
  http_->set_read_timeout(kFollowTimeout);
  // Whatever ends it: AwaitExit() tells whether the container has ended.
  (void)http_->Get(
      Container(id) + "/logs?follow=true&stdout=true&stderr=true" +
          (from == LogsFrom::kNow ? "&tail=0" : ""),
      [](const httplib::Response& response) { return response.status == 200; },
      [&](const char* data, std::size_t length) {
        decoder.Add({data, length});
        return true;
      });
}

int DockerClient::AwaitExit(const std::string& id) {
  const std::string attempted = "waiting for container " + id;
  CheckInterrupted(attempted);
  http_->set_read_timeout(kFollowTimeout);
  const auto result = http_->Post(Container(id) + "/wait");
  if (!result) Unreachable(attempted, host_, result.error());
  Check(attempted, *result);
  return ReadAnswer(attempted, result->body,
                    [](const Json& answer) { return answer.at("StatusCode").get<int>(); });
}

void DockerClient::Interrupt() {
  interrupted_ = true;
  http_->stop();
}

void DockerClient::CheckInterrupted(const std::string& attempted) const {
  if (interrupted_) throw Error(ErrorCode::kUnavailable, attempted + ": the master stops");
}

std::string DockerClient::Send(const std::string& attempted, const std::string& method,
                               const std::string& path, const std::string& body) {
  CheckInterrupted(attempted);
  http_->set_read_timeout(kAnswerTimeout);
  const auto result = method == "GET"      ? http_->Get(path)
                      : method == "DELETE" ? http_->Delete(path)
                                           : http_->Post(path, body, "application/json");
  if (!result) Unreachable(attempted, host_, result.error());
  Check(attempted, *result);
  return result->body;
}

void DockerLogDecoder::Add(std::string_view bytes) {
  while (!bytes.empty()) {
    if (left_ == 0) {
      const std::size_t missing = std::min(kHeadBytes - head_.size(), bytes.size());
      head_ += bytes.substr(0, missing);
      bytes.remove_prefix(missing);
      if (head_.size() < kHeadBytes) return;
      for (std::size_t i = kHeadBytes / 2; i < kHeadBytes; ++i)
        left_ = left_ << 8 | static_cast<unsigned char>(head_[i]);
      head_.clear();
    }
    const std::size_t piece = std::min(left_, bytes.size());
    if (piece > 0) sink_(bytes.substr(0, piece));
    bytes.remove_prefix(piece);
    left_ -= piece;
  }
}

}  // namespace mist
