// A Docker daemon that is none: it answers the requests of DockerClient on a Unix socket with
// recorded answers of Docker's API, keeps what was asked, and runs the entry point of a container
// as a plain process. So tests show what is sent and how answers are understood, not that Docker
// and an image do what we think.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "base/mutex.h"
#include "master/workers/spawn_process_starter.h"

namespace mist::testing {

class FakeDocker {
 public:
  explicit FakeDocker(const std::filesystem::path& folder);
  ~FakeDocker();
  FakeDocker(const FakeDocker&) = delete;
  FakeDocker& operator=(const FakeDocker&) = delete;

  std::string Host() const { return "unix://" + socket_.string(); }

  // What POST /containers/create got, in order.
  std::vector<nlohmann::json> Created() EXCLUDES(mu_);
  // Method and path of every request, with the query.
  std::vector<std::string> Requests() EXCLUDES(mu_);
  // Returns when the container was removed; false when that takes too long.
  bool AwaitRemoved(const std::string& id) EXCLUDES(mu_);
  // Returns when somebody follows the container's output; false when that takes too long.
  bool AwaitFollowed(const std::string& id) EXCLUDES(mu_);
  // A container that ended under an earlier master.
  void AddStopped(const std::string& id) EXCLUDES(mu_);

 private:
  struct Container {
    nlohmann::json spec;
    std::shared_ptr<Process> process;
    int exit_code = -1;  // -1: has not ended
    bool removed = false;
  };

  void Route();
  void Create(const httplib::Request& request, httplib::Response& response) EXCLUDES(mu_);
  void StartContainer(const std::string& id, httplib::Response& response) EXCLUDES(mu_);
  void SendLogs(const std::string& id, httplib::Response& response) EXCLUDES(mu_);
  void Wait(const std::string& id, httplib::Response& response) EXCLUDES(mu_);
  void Remove(const std::string& id, httplib::Response& response) EXCLUDES(mu_);
  void List(const httplib::Request& request, httplib::Response& response) EXCLUDES(mu_);
  static bool HasLabel(const nlohmann::json& spec, const std::string& label);
  int AwaitEnd(const std::string& id) EXCLUDES(mu_);
  std::filesystem::path OutputOf(const std::string& id) const;

  const std::filesystem::path folder_;
  const std::filesystem::path socket_;
  Mutex mu_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mu_) = false;
  std::vector<std::string> requests_ GUARDED_BY(mu_);
  std::vector<nlohmann::json> created_ GUARDED_BY(mu_);
  std::map<std::string, Container> containers_ GUARDED_BY(mu_);
  SpawnProcessStarter processes_;
  httplib::Server server_;
  std::thread thread_;
};

}  // namespace mist::testing
