// Docker's HTTP API, as far as a runner of workers needs it.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace httplib {
class Client;
}

namespace mist {

struct ContainerSpec {
  std::string image;
  std::vector<std::string> entrypoint;
  std::vector<std::string> environment;  // NAME=value
  std::map<std::string, std::string> labels;
  std::string network;             // bridge, host, none, or a network's name
  std::vector<std::string> links;  // "<container>:<alias>", on the bridge only
};

// The body of POST /containers/create.
std::string CreateRequest(const ContainerSpec& spec);

// One container's networks.
struct ContainerNetwork {
  std::string container;  // its name
  std::vector<std::string> networks;
  std::vector<std::string> bridge_links;
};

// The daemon has no such container (any more).
class NoSuchContainer : public Error {
 public:
  using Error::Error;
};

// One connection at a time, for one thread; Interrupt() from any. Calls throw Error with what the
// daemon said: kUnavailable when it cannot be reached, else kIo. The version is left out of paths,
// which means the daemon's own.
class DockerClient {
 public:
  // unix:///path or tcp://host:port. Throws Error (kInvalidConfig).
  explicit DockerClient(const std::string& host);
  ~DockerClient();
  DockerClient(const DockerClient&) = delete;
  DockerClient& operator=(const DockerClient&) = delete;

  [[nodiscard]] std::string Create(const ContainerSpec& spec);  // returns the container's id
  void Start(const std::string& id);
  // Stops it with SIGKILL when it runs. Nothing when there is none.
  void Remove(const std::string& id);
  ContainerNetwork NetworkOf(const std::string& id);
  // Containers with this label that do not run, or that do.
  std::vector<std::string> Stopped(const std::string& label, const std::string& value);
  std::vector<std::string> Running(const std::string& label, const std::string& value);

  // What the container writes to its outputs, until it ends or the connection does: all of it, or
  // what comes from now on.
  enum class LogsFrom { kBegin, kNow };
  void FollowLogs(const std::string& id, LogsFrom from,
                  const std::function<void(std::string_view)>& sink);
  // Waits for its end; its exit code.
  int AwaitExit(const std::string& id);

  // The call that runs now ends, and every later one.
  void Interrupt();

 private:
  std::string Send(const std::string& attempted, const std::string& method, const std::string& path,
                   const std::string& body = "");

  std::vector<std::string> List(const std::string& which, const std::string& label,
                                const std::string& value, const std::vector<std::string>& states);
  void CheckInterrupted(const std::string& attempted) const;

  const std::string host_;
  const std::unique_ptr<httplib::Client> http_;
  std::atomic<bool> interrupted_ = false;
};

// Takes the frames apart in which the daemon sends the two outputs of a container without a
// terminal: eight bytes of head, with the length at its end, before each piece. Bytes may come in
// any portions.
class DockerLogDecoder {
 public:
  explicit DockerLogDecoder(std::function<void(std::string_view)> sink) : sink_(std::move(sink)) {}
  void Add(std::string_view bytes);

 private:
  const std::function<void(std::string_view)> sink_;
  std::string head_;
  std::size_t left_ = 0;  // of the piece
};

}  // namespace mist
