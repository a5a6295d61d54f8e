// An HTTP server that answers what a test tells it to and remembers what it was asked. Answers have
// the shapes of the real API; everything that was not told is answered by 404.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace mist::cli {

struct SeenRequest {
  std::string line;           // "POST /v2/api/contexts?x=y"
  std::string body;           // of a form: the content of its file
  std::string file_name;      // of a form
  std::string authorization;  // the header
};

// Started by the constructor on a free port of the loopback address, stopped by the destructor.
class FakeMaster {
 public:
  FakeMaster();
  ~FakeMaster();

  int Port() const { return port_; }

  // Answers to one request line are given in the order in which they were told; the last one stays.
  void On(const std::string& line, const std::string& body, int status = 200) EXCLUDES(mu_);

  // A log below this path, read by ranges.
  void OnLog(const std::string& path, const std::string& log) EXCLUDES(mu_);

  std::vector<SeenRequest> Seen() const EXCLUDES(mu_);
  // Only the request lines.
  std::vector<std::string> Lines() const EXCLUDES(mu_);
  // Waits until this was asked; false after 30 seconds.
  [[nodiscard]] bool AwaitRequest(const std::string& line) EXCLUDES(mu_) {
    return AwaitRequests(line, 1);
  }
  // The same for the nth time.
  [[nodiscard]] bool AwaitRequests(const std::string& line, int count) EXCLUDES(mu_);

 private:
  struct Answer {
    int status;
    std::string body;
  };

  void Handle(const httplib::Request& request, httplib::Response& response) EXCLUDES(mu_);
  Answer NextAnswerLocked(const std::string& line) REQUIRES(mu_);

  std::unique_ptr<httplib::Server> server_;  // synchronizes itself
  int port_ = 0;                             // constant after construction
  mutable Mutex mu_;
  CondVar seen_changed_;
  std::map<std::string, std::deque<Answer>> answers_ GUARDED_BY(mu_);
  std::map<std::string, std::string> logs_ GUARDED_BY(mu_);
  std::vector<SeenRequest> seen_ GUARDED_BY(mu_);
  std::jthread thread_;  // last: it uses the fields above
};

}  // namespace mist::cli
