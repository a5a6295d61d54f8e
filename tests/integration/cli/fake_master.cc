#include "tests/integration/cli/fake_master.h"

#include <algorithm>

#include <httplib.h>

namespace mist::cli {
namespace {

constexpr char kText[] = "text/plain; charset=UTF-8";

// The library would cut a plain body by the request's Range a second time; it leaves streams alone.
void SendAsIs(httplib::Response& response, int status, const std::string& body) {
  response.status = status;
  response.set_chunked_content_provider(kText, [body](std::size_t, httplib::DataSink& sink) {
    if (!body.empty()) sink.write(body.data(), body.size());
    sink.done();
    return true;
  });
}

void SendLog(const httplib::Request& request, httplib::Response& response, const std::string& log) {
  constexpr int kWhole = 200;
  constexpr int kPart = 206;
  constexpr int kNoSuchRange = 416;
  if (request.ranges.empty()) return SendAsIs(response, kWhole, log);
  const auto [first, last] = request.ranges.front();
  const auto start = static_cast<std::size_t>(first);
  if (start >= log.size()) return SendAsIs(response, kNoSuchRange, "");
  SendAsIs(response, kPart, log.substr(start, static_cast<std::size_t>(last - first + 1)));
}

SeenRequest Record(const httplib::Request& request) {
  SeenRequest seen{request.method + " " + request.target, request.body, "",
                   request.get_header_value("Authorization")};
  if (request.has_file("file")) {
    const httplib::MultipartFormData file = request.get_file_value("file");
    seen.body = file.content;
    seen.file_name = file.filename;
  }
  return seen;
}

}  // namespace

FakeMaster::FakeMaster() : server_(std::make_unique<httplib::Server>()) {
  const auto handle = [this](const httplib::Request& request, httplib::Response& response) {
    Handle(request, response);
  };
  server_->set_tcp_nodelay(true);
  server_->Get(".*", handle);
  server_->Post(".*", handle);
  server_->Put(".*", handle);
  server_->Delete(".*", handle);
  port_ = server_->bind_to_any_port("127.0.0.1");
  thread_ = std::jthread([this] { server_->listen_after_bind(); });
  // stop() does nothing before the loop runs, and a test may end at once.
  while (!server_->is_running()) std::this_thread::yield();
}

FakeMaster::~FakeMaster() {
  server_->stop();
}

void FakeMaster::On(const std::string& line, const std::string& body, int status) {
  MutexLock lock(mu_);
  answers_[line].push_back({status, body});
}

void FakeMaster::OnLog(const std::string& path, const std::string& log) {
  MutexLock lock(mu_);
  logs_[path] = log;
}

std::vector<SeenRequest> FakeMaster::Seen() const {
  MutexLock lock(mu_);
  return seen_;
}

std::vector<std::string> FakeMaster::Lines() const {
  std::vector<std::string> lines;
  for (const SeenRequest& request : Seen()) lines.push_back(request.line);
  return lines;
}

bool FakeMaster::AwaitRequests(const std::string& line, int count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  MutexLock lock(mu_);
  return seen_changed_.WaitUntil(mu_, deadline, [&]() REQUIRES(mu_) {
    return std::count_if(seen_.begin(), seen_.end(),
                         [&](const SeenRequest& request) { return request.line == line; }) >= count;
  });
}

void FakeMaster::Handle(const httplib::Request& request, httplib::Response& response) {
  {
    MutexLock lock(mu_);
    seen_.push_back(Record(request));
    const auto log = logs_.find(request.path);
    if (log != logs_.end()) {
      SendLog(request, response, log->second);
    } else {
      const Answer answer = NextAnswerLocked(seen_.back().line);
      SendAsIs(response, answer.status, answer.body);
    }
  }
  seen_changed_.NotifyAll();
}

FakeMaster::Answer FakeMaster::NextAnswerLocked(const std::string& line) {
  const auto told = answers_.find(line);
  if (told == answers_.end()) return {404, "The requested resource could not be found."};
  Answer answer = told->second.front();
  if (told->second.size() > 1) told->second.pop_front();
  return answer;
}

}  // namespace mist::cli
