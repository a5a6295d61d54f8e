#include "api/http/front.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api/http/listener.h"
#include "api/http/replies.h"
#include "base/error.h"
#include "base/log.h"
#include "base/thread_name.h"

namespace mist::http {
namespace {

// A client that sends its next request at once is served without a detour through the front thread.
constexpr std::chrono::milliseconds kLinger(1);
// After so many requests in a row a connection queues up again, behind those that wait for a
// thread.
constexpr int kMaxInARow = 64;
// How long a client that was refused may go on sending before its connection is cut.
constexpr std::chrono::seconds kDrainTimeout(2);
constexpr std::size_t kDrainBytes = 64 << 10;

MonoTime Now() {
  return std::chrono::steady_clock::now();
}

void CloseDescriptor(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

}  // namespace

Front::Front(FrontOptions options, Handler handler)
    : options_(std::move(options)), handler_(std::move(handler)) {}

Front::~Front() {
  Stop(std::chrono::milliseconds(0));
}

// ---- start and stop ---------------------------------------------------------------------------

void Front::Start(HeldDoor held) {
  if (loop_.joinable()) return;
  const Listener listener = held.listener.IsOpen() ? GoOnListening(std::move(held.listener))
                                                   : Listen(options_.host, options_.port);
  listener_ = listener.socket;
  bound_port_ = listener.port;
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  wake_event_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event wake = {.events = EPOLLIN, .data = {.fd = wake_event_}};
  if (epoll_ < 0 || wake_event_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_event_, &wake) != 0) {
    throw SystemError(errno, "setting up the HTTP front");
  }
  door_ = DoorState::kOpen;
  stop_begun_ = false;
  threads_.emplace(options_.threads);
  SetAccepting(true);
  for (HeldConnection& connection : held.connections) {
    Entry* entry = Admit(connection.socket.Release(), std::move(connection.remote_address),
                         std::move(connection.input));
    if (entry != nullptr) ActOnInput(*entry);
  }
  loop_ = std::thread([this] { Loop(); });
}

void Front::Stop(std::chrono::milliseconds grace) {
  if (!loop_.joinable()) return;
  BeginEnd(DoorState::kStopping, grace);
  AwaitEnd();
  CloseDescriptor(listener_);
}

HeldDoor Front::HandOver(std::chrono::milliseconds grace, const std::function<void()>& begun) {
  HeldDoor held;
  if (!loop_.joinable()) return held;
  BeginEnd(DoorState::kHandingOver, grace);
  begun();
  AwaitEnd();
  held.listener = FileHandle(std::exchange(listener_, -1));
  for (auto& [socket, entry] : connections_) {
    Connection& connection = *entry.connection;
    held.connections.push_back({FileHandle(connection.HandOver()), connection.RemoteAddress(),
                                std::string(connection.Input())});
  }
  connections_.clear();
  deadlines_.clear();
  return held;
}

void Front::BeginEnd(DoorState state, std::chrono::milliseconds grace) {
  {
    MutexLock lock(mu_);
    stop_deadline_ = Now() + grace;
  }
  door_ = state;
  Wake();
}

// The front thread and those of the pool have ended then.
void Front::AwaitEnd() {
  loop_.join();
  threads_->Stop();
  CloseDescriptor(epoll_);
  CloseDescriptor(wake_event_);
}

// Runs on the front thread, again and again until the door has ended.
void Front::AdvanceStop() {
  if (!std::exchange(stop_begun_, true)) {
    SetAccepting(false);
    if (door_ == DoorState::kStopping) CloseDescriptor(listener_);
    CloseParked();
  }
  MutexLock lock(mu_);
  if (stop_deadline_ > Now()) return;
  for (auto& [socket, entry] : connections_) {
    if (entry.state == State::kLent) entry.connection->ShutDown();
  }
}

// Those that are handed over are only not read any more.
void Front::CloseParked() {
  std::vector<int> parked;
  for (auto& [socket, entry] : connections_) {
    if (entry.state == State::kLent) continue;
    const bool ends = door_ == DoorState::kStopping || entry.state == State::kDraining;
    if (ends)
      parked.push_back(socket);
    else
      Hold(entry);
  }
  for (const int socket : parked) Close(connections_.at(socket));
}

void Front::Hold(Entry& entry) {
  Watch(entry, false);
  SetDeadline(entry, std::nullopt);
  entry.state = State::kHeld;
}

bool Front::HasEnded() const {
  return stop_begun_ && std::ranges::all_of(connections_, [](const auto& connection) {
           return connection.second.state == State::kHeld;
         });
}

// ---- the front thread -------------------------------------------------------------------------

void Front::Loop() {
  NameThisThread("http-front");
  while (!HasEnded()) {
    TakeEvents();
    TakeReturned();
    CloseExpired();
    if (door_ != DoorState::kOpen) AdvanceStop();
  }
}

void Front::TakeEvents() {
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_, events.data(), events.size(), MillisToNextDeadline());
  for (int i = 0; i < count; ++i) {
    const int descriptor = events[i].data.fd;
    if (descriptor == listener_) {
      AcceptAll();
    } else if (descriptor == wake_event_) {
      std::uint64_t ignored = 0;
      [[maybe_unused]] const ssize_t bytes = read(wake_event_, &ignored, sizeof ignored);
    } else {
      OnReadable(descriptor);
    }
  }
}

int Front::MillisToNextDeadline() const {
  std::optional<MonoTime> next;
  if (!deadlines_.empty()) next = deadlines_.begin()->first;
  if (stop_begun_) {
    MutexLock lock(mu_);
    // Once the grace is over, cut connections come back through the wake event.
    if (stop_deadline_ > Now() && (!next || stop_deadline_ < *next)) next = stop_deadline_;
  }
  if (!next) return -1;
  const auto left = std::chrono::ceil<Millis>(*next - Now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void Front::AcceptAll() {
  for (;;) {
    Accepted accepted = Accept(listener_);
    if (accepted.state == Accepted::State::kNoneLeft) return;
    if (accepted.state == Accepted::State::kConnection) {
      Admit(accepted.socket, std::move(accepted.remote_address));
    } else if (!MakeRoom()) {
      log::Warn("http_out_of_descriptors", {{"connections", std::to_string(connections_.size())}});
      return SetAccepting(false);  // until a connection closes
    }
  }
}

// Closes the idle connection that would have been closed next.
bool Front::MakeRoom() {
  for (const auto& [deadline, socket] : deadlines_) {
    Entry& entry = connections_.at(socket);
    if (entry.state != State::kIdle) continue;
    Close(entry);
    return true;
  }
  return false;
}

// Null when there are too many.
Front::Entry* Front::Admit(int socket, std::string remote_address, std::string input) {
  auto connection =
      std::make_shared<Connection>(socket, std::move(remote_address), std::move(input));
  if (connections_.size() >= options_.max_connections) TakeReturned();
  if (connections_.size() >= options_.max_connections && !MakeRoom()) {
    connection->WriteWithoutWaiting(
        LastWords(TextReply(503, "Too many connections. Try again later.")));
    return nullptr;
  }
  Entry& entry = connections_[socket];
  entry.connection = std::move(connection);
  Watch(entry, true);
  Park(entry, State::kIdle, options_.idle_timeout);
  return &entry;
}

void Front::OnReadable(int socket) {
  const auto found = connections_.find(socket);
  if (found == connections_.end() || found->second.state == State::kLent) return;
  if (found->second.state == State::kDraining) {
    DiscardInput(found->second);
  } else {
    ReadHead(found->second);
  }
}

void Front::ReadHead(Entry& entry) {
  const std::size_t max_input = options_.limits.head.max_head_bytes + 1;
  switch (entry.connection->ReadAvailable(max_input)) {
    case ReadOutcome::kSome:
      return ActOnInput(entry);
    case ReadOutcome::kNothingYet:
      return;
    case ReadOutcome::kClosed:
      return Close(entry);
  }
}

void Front::ActOnInput(Entry& entry) {
  const HeadScan scan = entry.connection->ScanHead(options_.limits.head);
  switch (scan.state) {
    case HeadScan::State::kComplete:
      return Lend(entry);
    case HeadScan::State::kTargetTooLong:
      return Refuse(entry, TargetTooLongReply());
    case HeadScan::State::kHeadTooLarge:
      return Refuse(entry, HeadTooLargeReply());
    case HeadScan::State::kMalformed:
      return Refuse(entry, BadRequestReply("Illegal line end"));
    case HeadScan::State::kIncomplete:
      break;
  }
  // The deadline of a head stands from its first byte on.
  if (entry.state == State::kReadingHead) return;
  if (entry.connection->Input().empty()) return Park(entry, State::kIdle, options_.idle_timeout);
  Park(entry, State::kReadingHead, options_.head_timeout);
}

void Front::DiscardInput(Entry& entry) {
  entry.connection->Consume(entry.connection->Input().size());
  if (entry.connection->ReadAvailable(kDrainBytes) == ReadOutcome::kClosed) Close(entry);
}

void Front::Park(Entry& entry, State state, std::chrono::milliseconds timeout) {
  entry.state = state;
  SetDeadline(entry, Now() + timeout);
}

void Front::Lend(Entry& entry) {
  Watch(entry, false);
  entry.state = State::kLent;
  SetDeadline(entry, std::nullopt);
  const bool lent = threads_->Run([this, connection = entry.connection] { Serve(*connection); });
  if (!lent) Close(entry);
}

void Front::Refuse(Entry& entry, const Reply& reply) {
  entry.connection->WriteWithoutWaiting(LastWords(reply));
  entry.connection->EndWriting();
  Park(entry, State::kDraining, kDrainTimeout);
}

void Front::Close(Entry& entry) {
  SetDeadline(entry, std::nullopt);
  // The task that was lent the connection may hold it, and so the socket's number, for a moment
  // longer.
  Watch(entry, false);
  connections_.erase(entry.connection->Socket());
  if (!accepting_ && door_ == DoorState::kOpen) SetAccepting(true);
}

void Front::TakeReturned() {
  std::vector<Returned> returned;
  {
    MutexLock lock(mu_);
    returned.swap(returned_);
  }
  for (const Returned& item : returned) {
    Entry& entry = connections_.at(item.socket);
    const DoorState door = door_;
    if (item.fate == Fate::kKeep && door == DoorState::kHandingOver) {
      Hold(entry);
      continue;
    }
    if (item.fate == Fate::kClose || door != DoorState::kOpen) {
      Close(entry);
      continue;
    }
    Watch(entry, true);
    if (item.fate == Fate::kDrain) {
      entry.connection->EndWriting();
      Park(entry, State::kDraining, kDrainTimeout);
    } else {
      entry.state = State::kIdle;
      ActOnInput(entry);
    }
  }
}

void Front::CloseExpired() {
  const MonoTime now = Now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Entry& entry = connections_.at(deadlines_.begin()->second);
    if (entry.state == State::kReadingHead) {
      Refuse(entry, TextReply(408, "The request's head did not arrive in time."));
    } else {
      Close(entry);
    }
  }
}

void Front::SetDeadline(Entry& entry, std::optional<MonoTime> deadline) {
  const int socket = entry.connection->Socket();
  if (entry.deadline) deadlines_.erase({*entry.deadline, socket});
  entry.deadline = deadline;
  if (deadline) deadlines_.insert({*deadline, socket});
}

void Front::Watch(Entry& entry, bool watch) {
  const int socket = entry.connection->Socket();
  epoll_event event = {.events = EPOLLIN, .data = {.fd = socket}};
  epoll_ctl(epoll_, watch ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, socket, &event);
}

void Front::SetAccepting(bool accepting) {
  if (accepting == accepting_ || listener_ < 0) return;
  accepting_ = accepting;
  epoll_event event = {.events = EPOLLIN, .data = {.fd = listener_}};
  epoll_ctl(epoll_, accepting ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listener_, &event);
}

// ---- threads of the pool ----------------------------------------------------------------------

void Front::Serve(Connection& connection) {
  Fate fate = Fate::kKeep;
  int served = 0;
  do {
    fate = RunExchange(connection, *threads_, options_.limits, door_, handler_);
  } while (fate == Fate::kKeep && ++served < kMaxInARow && NextHeadIsHere(connection));
  Return({connection.Socket(), fate});
}

bool Front::NextHeadIsHere(Connection& connection) {
  const auto complete = [&] {
    return connection.ScanHead(options_.limits.head).state == HeadScan::State::kComplete;
  };
  const DoorState door = door_;
  if (door == DoorState::kHandingOver) return false;
  if (complete()) return true;
  if (door == DoorState::kStopping || threads_->HasQueue() ||
      !connection.AwaitReadable(Now() + kLinger))
    return false;
  const std::size_t max_input = options_.limits.head.max_head_bytes + 1;
  return connection.ReadAvailable(max_input) == ReadOutcome::kSome && complete();
}

void Front::Return(Returned returned) {
  {
    MutexLock lock(mu_);
    returned_.push_back(returned);
  }
  Wake();
}

void Front::Wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t bytes = write(wake_event_, &one, sizeof one);
}

}  // namespace mist::http
