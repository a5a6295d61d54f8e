// A server that sends bytes instead of answers: what a command-line tool meets behind a wrong
// address.
#pragma once

#include <string>
#include <thread>

#include "base/file.h"

namespace mist::cli {

// Takes one connection after the other on a free port of the loopback address. Of each it reads the
// head of a request, sends the bytes, and closes it; with no bytes it waits for the other side to
// close. Stopped by the destructor.
class RawServer {
 public:
  explicit RawServer(std::string bytes);
  ~RawServer();

  int Port() const { return port_; }

 private:
  void Serve() const;
  void Answer(int connection) const;

  const std::string bytes_;  // constant after construction
  FileHandle listener_;
  int port_ = 0;
  std::jthread thread_;  // last: it uses the fields above
};

}  // namespace mist::cli
