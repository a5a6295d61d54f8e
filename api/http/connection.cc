#include "api/http/connection.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http/thread_pool.h"
#include "base/error.h"

namespace mist::http {
namespace {

// False when the deadline passed first.
bool AwaitEvents(int socket, short events, MonoTime deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<Millis>(deadline - std::chrono::steady_clock::now());
    pollfd descriptor = {.fd = socket, .events = events, .revents = 0};
    const int timeout = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
    const int ready = poll(&descriptor, 1, timeout);
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

bool AwaitEvents(int socket, short events, MonoTime deadline, ThreadPool& threads) {
  const auto scope = threads.TryWait();
  return scope && AwaitEvents(socket, events, deadline);
}

}  // namespace

MonoTime Pace::Deadline() const {
  const std::chrono::milliseconds earned(bytes_ * 1000 / limits_.min_bytes_per_second);
  return start_ + limits_.grace + earned;
}

Connection::Connection(int socket, std::string remote_address, std::string input)
    : socket_(socket), remote_address_(std::move(remote_address)), input_(std::move(input)) {}

Connection::~Connection() {
  close(socket_);
}

void Connection::Consume(std::size_t bytes) {
  input_.erase(0, bytes);
  scanned_bytes_ = 0;
}

void Connection::PutBack(std::string_view bytes) {
  input_.insert(0, bytes);
  scanned_bytes_ = 0;
}

HeadScan Connection::ScanHead(const HeadLimits& limits) {
  while (input_.starts_with("\r\n")) Consume(2);
  if (input_ == "\r") return {};
  const HeadScan scan = http::ScanHead(input_, scanned_bytes_, limits);
  if (scan.state == HeadScan::State::kIncomplete) scanned_bytes_ = input_.size();
  return scan;
}

ReadOutcome Connection::ReadAvailable(std::size_t max_input_bytes) {
  const std::size_t before = input_.size();
  if (before >= max_input_bytes) return ReadOutcome::kSome;
  input_.resize(max_input_bytes);
  ssize_t count = 0;
  do {
    count = recv(socket_, input_.data() + before, max_input_bytes - before, 0);
  } while (count < 0 && errno == EINTR);
  const int error = errno;
  input_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count > 0) return ReadOutcome::kSome;
  const bool nothing_yet = count < 0 && (error == EAGAIN || error == EWOULDBLOCK);
  return nothing_yet ? ReadOutcome::kNothingYet : ReadOutcome::kClosed;
}

bool Connection::AwaitReadable(MonoTime deadline) const {
  return AwaitEvents(socket_, POLLIN, deadline);
}

bool Connection::AwaitReadable(MonoTime deadline, ThreadPool& threads) const {
  return AwaitEvents(socket_, POLLIN, deadline, threads);
}

bool Connection::WriteAll(std::string_view bytes, Pace& pace, ThreadPool& threads) {
  while (!bytes.empty()) {
    const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) {
      pace.Moved(static_cast<std::size_t>(count));
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!AwaitEvents(socket_, POLLOUT, pace.Deadline(), threads)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

void Connection::WriteWithoutWaiting(std::string_view bytes) {
  // A client that does not take some hundred bytes now goes without them.
  [[maybe_unused]] const ssize_t count =
      send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

int Connection::HandOver() {
  MutexLock lock(mu_);
  const int copy = fcntl(socket_, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw SystemError(errno, "handing over a connection");
  handed_over_ = true;
  return copy;
}

void Connection::EndWriting() {
  shutdown(socket_, SHUT_WR);
}

void Connection::ShutDown() {
  MutexLock lock(mu_);
  if (!handed_over_) shutdown(socket_, SHUT_RDWR);
}

}  // namespace mist::http
