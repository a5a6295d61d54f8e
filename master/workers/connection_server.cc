#include "master/workers/connection_server.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/log.h"

namespace mist {
namespace {

constexpr int kBacklog = 1024;
constexpr int kRetryAcceptMillis = 200;  // after the system has run out of descriptors or memory

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses Resolve(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    throw Error(ErrorCode::kInvalidConfig, "The worker port cannot be bound to address " + address +
                                               ": " + gai_strerror(error));
  }
  return {found, &freeaddrinfo};
}

FileHandle BindAndListen(const addrinfo& address, const std::string& shown) {
  FileHandle socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (!socket.IsOpen() ||
      setsockopt(socket.Descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(socket.Descriptor(), address.ai_addr, address.ai_addrlen) != 0 ||
      listen(socket.Descriptor(), kBacklog) != 0) {
    throw SystemError(errno, "listening for workers on " + shown);
  }
  return socket;
}

std::pair<std::string, std::string> HostAndPort(const sockaddr_storage& address, socklen_t length) {
  char host[NI_MAXHOST] = "?";
  char port[NI_MAXSERV] = "0";
  (void)getnameinfo(reinterpret_cast<const sockaddr*>(&address), length, host, sizeof host, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  return {host, port};
}

std::uint16_t BoundPort(const FileHandle& socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  getsockname(socket.Descriptor(), reinterpret_cast<sockaddr*>(&address), &length);
  return static_cast<std::uint16_t>(std::stoi(HostAndPort(address, length).second));
}

// Without Nagle every message leaves at once; keep-alive finds peers that vanished, within about a
// minute.
void Tune(const FileHandle& socket) {
  const auto set = [&socket](int level, int option, int value) {
    setsockopt(socket.Descriptor(), level, option, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

}  // namespace

ConnectionServer::ConnectionServer(ConnectionServerOptions options, Serve serve)
    : options_(std::move(options)), serve_(std::move(serve)) {}

ConnectionServer::~ConnectionServer() {
  Stop();
}

void ConnectionServer::Start() {
  Listen();
  wake_ = FileHandle(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.IsOpen()) throw SystemError(errno, "making an eventfd");
  accepter_ = std::thread([this] { AcceptLoop(); });
}

void ConnectionServer::Stop() {
  if (!accepter_.joinable()) return;
  stopping_ = true;
  Wake();
  accepter_.join();
  listener_ = FileHandle();
  std::list<Open> open;
  {
    MutexLock lock(mu_);
    for (Open& connection : open_) shutdown(connection.socket.Descriptor(), SHUT_RDWR);
    open.swap(open_);
  }
  for (Open& connection : open) connection.thread.join();
}

void ConnectionServer::Listen() {
  const std::string shown = options_.address + ":" + std::to_string(options_.port);
  const Addresses addresses = Resolve(options_.address, options_.port);
  listener_ = BindAndListen(*addresses, shown);
  port_ = BoundPort(listener_);
}

void ConnectionServer::AcceptLoop() {
  while (!stopping_) {
    pollfd waiting[] = {{listener_.Descriptor(), POLLIN, 0}, {wake_.Descriptor(), POLLIN, 0}};
    poll(waiting, 2, MillisToNextDeadline(SystemClock().Mono()));
    if (waiting[1].revents != 0) {
      std::uint64_t wakes = 0;
      (void)!read(wake_.Descriptor(), &wakes, sizeof wakes);
    }
    ReapEnded();
    ShutLateOnes(SystemClock().Mono());
    if (waiting[0].revents != 0) AcceptOne();
  }
}

void ConnectionServer::AcceptOne() {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  FileHandle socket(accept4(listener_.Descriptor(), reinterpret_cast<sockaddr*>(&address), &length,
                            SOCK_CLOEXEC));
  if (!socket.IsOpen()) {
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return;
    log::Warn("worker_accept_failed", {{"error", std::strerror(errno)}});
    pollfd waiting{wake_.Descriptor(), POLLIN, 0};
    poll(&waiting, 1, kRetryAcceptMillis);
    return;
  }
  Tune(socket);
  const auto [host, port] = HostAndPort(address, length);
  Begin(std::move(socket), host + ":" + port);
}

void ConnectionServer::Begin(FileHandle socket, std::string peer) {
  MutexLock lock(mu_);
  if (open_.size() >= options_.max_connections) {
    log::Warn("worker_connection_refused",
              {{"peer", peer}, {"limit", std::to_string(options_.max_connections)}});
    return;
  }
  Open& entry = open_.emplace_back();
  entry.socket = std::move(socket);
  entry.deadline = SystemClock().Mono() + options_.first_call_within;
  const Connection connection{entry.socket.Descriptor(), std::move(peer), [this, &entry] {
                                MutexLock authenticated(mu_);
                                entry.deadline.reset();
                              }};
  try {
    entry.thread = std::thread([this, &entry, connection] {
      serve_(connection);
      MutexLock ended(mu_);
      entry.done = true;
      Wake();
    });
  } catch (const std::system_error& error) {
    // At the system's limits, and always while another thread is in execve (an upgrade).
    log::Warn("worker_connection_refused", {{"peer", connection.peer}, {"error", error.what()}});
    open_.pop_back();
  }
}

void ConnectionServer::ReapEnded() {
  std::list<Open> ended;
  {
    MutexLock lock(mu_);
    for (auto it = open_.begin(); it != open_.end();) {
      const auto next = std::next(it);
      if (it->done) ended.splice(ended.end(), open_, it);
      it = next;
    }
  }
  for (Open& connection : ended) connection.thread.join();
}

void ConnectionServer::ShutLateOnes(MonoTime now) {
  MutexLock lock(mu_);
  for (Open& connection : open_) {
    if (!connection.deadline || *connection.deadline > now) continue;
    connection.deadline.reset();
    shutdown(connection.socket.Descriptor(), SHUT_RDWR);
  }
}

int ConnectionServer::MillisToNextDeadline(MonoTime now) const {
  MutexLock lock(mu_);
  std::optional<MonoTime> next;
  for (const Open& connection : open_) {
    if (connection.deadline && (!next || *connection.deadline < *next)) next = connection.deadline;
  }
  if (!next) return -1;
  const auto left = std::chrono::ceil<Millis>(*next - now).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

void ConnectionServer::Wake() {
  const std::uint64_t one = 1;
  (void)!write(wake_.Descriptor(), &one, sizeof one);
}

}  // namespace mist
