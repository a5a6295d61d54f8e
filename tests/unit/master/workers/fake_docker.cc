#include "tests/unit/master/workers/fake_docker.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <signal.h>
#include <sys/socket.h>

#include "base/clock.h"

namespace mist::testing {
namespace {

using Json = nlohmann::json;

constexpr Millis kPatience{30'000};

void Answer(httplib::Response& response, int status, const Json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

void NoSuch(httplib::Response& response, const std::string& what) {
  Answer(response, 404, {{"message", "No such " + what}});
}

// As Docker frames the outputs of a container without a terminal.
std::string Frame(char stream, const std::string& text) {
  std::string frame = {stream, 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8)
    frame += static_cast<char>(text.size() >> shift & 0xff);
  return frame + text;
}

}  // namespace

FakeDocker::FakeDocker(const std::filesystem::path& folder)
    : folder_(folder), socket_(folder / "docker.sock") {
  Route();
  server_.set_address_family(AF_UNIX);
  if (!server_.bind_to_port(socket_.c_str(), 80)) throw std::runtime_error("no Unix socket");
  thread_ = std::thread([this] { server_.listen_after_bind(); });
}

FakeDocker::~FakeDocker() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    for (const auto& [id, container] : containers_)
      if (container.process != nullptr) container.process->Kill();
    changed_.NotifyAll();
  }
  server_.stop();
  thread_.join();
}

void FakeDocker::Route() {
  server_.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response&) {
    MutexLock lock(mu_);
    requests_.push_back(request.method + " " + request.target);
    changed_.NotifyAll();
    return httplib::Server::HandlerResponse::Unhandled;
  });
  using Request = httplib::Request;
  using Response = httplib::Response;
  server_.Post("/containers/create",
               [this](const Request& request, Response& response) { Create(request, response); });
  server_.Get("/containers/json",
              [this](const Request& request, Response& response) { List(request, response); });
  server_.Get("/containers/master-container/json", [](const Request&, Response& response) {
    Answer(response, 200,
           {{"Name", "/the-master"},
            {"NetworkSettings",
             {{"Networks", {{"bridge", {{"Links", {"database:db"}}, {"Aliases", nullptr}}}}}}}});
  });
  server_.Post(R"(/containers/([^/]+)/start)", [this](const Request& request, Response& response) {
    StartContainer(request.matches[1], response);
  });
  server_.Get(R"(/containers/([^/]+)/logs)", [this](const Request& request, Response& response) {
    SendLogs(request.matches[1], response);
  });
  server_.Post(R"(/containers/([^/]+)/wait)", [this](const Request& request, Response& response) {
    Wait(request.matches[1], response);
  });
  server_.Delete(R"(/containers/([^/]+))", [this](const Request& request, Response& response) {
    Remove(request.matches[1], response);
  });
}

void FakeDocker::Create(const httplib::Request& request, httplib::Response& response) {
  const Json spec = Json::parse(request.body);
  if (request.get_header_value("Content-Type") != "application/json")
    return Answer(response, 400, {{"message", "unsupported content type"}});
  if (spec.at("Image") == "no-such-image") return NoSuch(response, "image: no-such-image:latest");
  MutexLock lock(mu_);
  created_.push_back(spec);
  const std::string id = "container" + std::to_string(created_.size());
  containers_[id].spec = spec;
  Answer(response, 201, {{"Id", id}, {"Warnings", Json::array()}});
}

void FakeDocker::StartContainer(const std::string& id, httplib::Response& response) {
  MutexLock lock(mu_);
  const auto found = containers_.find(id);
  if (found == containers_.end()) return NoSuch(response, "container: " + id);
  Container& container = found->second;
  if (container.spec.at("Image") == "cannot-start") {
    return Answer(response, 500, {{"message", "failed to create task for container: no space"}});
  }
  ProcessSpec spec;
  spec.command = container.spec.at("Entrypoint").get<std::vector<std::string>>();
  spec.environment = container.spec.at("Env").get<std::vector<std::string>>();
  spec.output_file = OutputOf(id);
  container.process = processes_.Start(spec, [this, id](const ProcessEnd& end) {
    MutexLock ended(mu_);
    containers_[id].exit_code = end.exit_code.value_or(137);
    changed_.NotifyAll();
  });
  response.status = 204;
}

void FakeDocker::SendLogs(const std::string& id, httplib::Response& response) {
  response.set_chunked_content_provider(
      "application/vnd.docker.multiplexed-stream",
      [this, id](std::size_t, httplib::DataSink& sink) {
        AwaitEnd(id);
        std::ifstream file(OutputOf(id), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const std::string frames =
            Frame(1, text.substr(0, text.size() / 2)) + Frame(2, text.substr(text.size() / 2));
        sink.write(frames.data(), frames.size());
        sink.done();
        return true;
      });
}

void FakeDocker::Wait(const std::string& id, httplib::Response& response) {
  const int exit_code = AwaitEnd(id);
  MutexLock lock(mu_);
  if (containers_[id].removed) return NoSuch(response, "container: " + id);
  Answer(response, 200, {{"StatusCode", exit_code}});
}

void FakeDocker::Remove(const std::string& id, httplib::Response& response) {
  MutexLock lock(mu_);
  const auto found = containers_.find(id);
  if (found == containers_.end() || found->second.removed)
    return NoSuch(response, "container: " + id);
  if (found->second.process != nullptr) found->second.process->Kill();
  found->second.removed = true;
  changed_.NotifyAll();
  response.status = 204;
}

// `label` is name=value. What an earlier master has left has all.
bool FakeDocker::HasLabel(const Json& spec, const std::string& label) {
  if (spec.is_null()) return true;
  const std::size_t equals = label.find('=');
  return spec.at("Labels").value(label.substr(0, equals), "") == label.substr(equals + 1);
}

void FakeDocker::List(const httplib::Request& request, httplib::Response& response) {
  const Json filters = Json::parse(request.get_param_value("filters"));
  if (request.get_param_value("all") != "true" || filters.at("label").size() != 1)
    return Answer(response, 400, {{"message", "a label is wanted"}});
  const std::string label = filters.at("label").front();
  const Json& states = filters.at("status");
  const bool wants_running = std::find(states.begin(), states.end(), "running") != states.end();
  Json list = Json::array();
  MutexLock lock(mu_);
  for (const auto& [id, container] : containers_) {
    if (container.removed || !HasLabel(container.spec, label)) continue;
    const bool runs = container.process != nullptr && container.exit_code < 0;
    if (runs == wants_running) list.push_back({{"Id", id}});
  }
  Answer(response, 200, list);
}

int FakeDocker::AwaitEnd(const std::string& id) {
  MutexLock lock(mu_);
  changed_.WaitUntil(mu_, SystemClock().Mono() + kPatience,
                     [&]() REQUIRES(mu_) { return stopping_ || containers_[id].exit_code >= 0; });
  return containers_[id].exit_code;
}

std::vector<Json> FakeDocker::Created() {
  MutexLock lock(mu_);
  return created_;
}

std::vector<std::string> FakeDocker::Requests() {
  MutexLock lock(mu_);
  return requests_;
}

bool FakeDocker::AwaitFollowed(const std::string& id) {
  const std::string logs = "GET /containers/" + id + "/logs";
  MutexLock lock(mu_);
  return changed_.WaitUntil(mu_, SystemClock().Mono() + kPatience, [&]() REQUIRES(mu_) {
    return std::ranges::any_of(
        requests_, [&](const std::string& request) { return request.starts_with(logs); });
  });
}

bool FakeDocker::AwaitRemoved(const std::string& id) {
  MutexLock lock(mu_);
  return changed_.WaitUntil(mu_, SystemClock().Mono() + kPatience,
                            [&]() REQUIRES(mu_) { return containers_[id].removed; });
}

void FakeDocker::AddStopped(const std::string& id) {
  MutexLock lock(mu_);
  containers_[id].exit_code = 0;
}

std::filesystem::path FakeDocker::OutputOf(const std::string& id) const {
  return folder_ / (id + ".out");
}

}  // namespace mist::testing
