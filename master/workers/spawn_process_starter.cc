#include "master/workers/spawn_process_starter.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

namespace mist {
namespace {

constexpr std::uint64_t kStopNumber = 0;

// Null-terminated array of C strings over strings that live longer.
std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

class SpawnSettings {
 public:
  explicit SpawnSettings(int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    // Ours are all close-on-exec; a library's may not be.
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  pid_t Spawn(ProcessSpec& spec) {
    pid_t pid = 0;
    const int error =
        posix_spawnp(&pid, spec.command.front().c_str(), &actions_, &attributes_,
                     Pointers(spec.command).data(), Pointers(spec.environment).data());
    if (error != 0) throw SystemError(error, "starting " + spec.command.front());
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

FileHandle OpenOutput(const std::filesystem::path& path) {
  FileHandle output = OpenFile(path, O_WRONLY | O_CREAT | O_APPEND);
  if (output.Descriptor() > STDERR_FILENO) return output;
  // A master without standard descriptors: dup2() in the child must not meet its own target.
  FileHandle moved(fcntl(output.Descriptor(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved.IsOpen()) throw SystemError(errno, "opening " + path.string());
  return moved;
}

void WatchReadable(const FileHandle& epoll, int descriptor, std::uint64_t number) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = number;
  if (epoll_ctl(epoll.Descriptor(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    throw SystemError(errno, "watching a child process");
  }
}

ProcessEnd ToEnd(const siginfo_t& info) {
  ProcessEnd end;
  if (info.si_code == CLD_EXITED) {
    end.exit_code = info.si_status;
  } else {
    end.signal = info.si_status;
  }
  return end;
}

// Of a process that has ended. Nothing is known of the end of one that is not our child.
ProcessEnd ReapIfChild(const FileHandle& pidfd) {
  siginfo_t info{};
  int result = 0;
  do {
    result = waitid(P_PIDFD, static_cast<id_t>(pidfd.Descriptor()), &info, WEXITED | WNOHANG);
  } while (result != 0 && errno == EINTR);
  return result == 0 && info.si_pid != 0 ? ToEnd(info) : ProcessEnd{};
}

}  // namespace

std::string Describe(const ProcessEnd& end) {
  if (end.exit_code) return "exit code " + std::to_string(*end.exit_code);
  if (!end.signal) return "an unknown exit code";
  const char* name = sigdescr_np(*end.signal);
  return "signal " + std::to_string(*end.signal) + " (" + (name != nullptr ? name : "unknown") +
         ")";
}

// A process group whose leader is watched.
class SpawnProcessStarter::Group : public Process {
 public:
  explicit Group(pid_t leader) : leader_(leader) {}

  pid_t Id() const override { return leader_; }

  void Kill() override EXCLUDES(mu_) {
    MutexLock lock(mu_);
    if (!ended_) kill(-leader_, SIGKILL);
  }

  // The leader has ended: kills what it has left behind.
  virtual ProcessEnd End(const FileHandle& pidfd) EXCLUDES(mu_) = 0;

 protected:
  const pid_t leader_;
  Mutex mu_;
  bool ended_ GUARDED_BY(mu_) = false;
};

// The group's number stays ours until the leader is reaped, so nobody else's group can be killed.
class SpawnProcessStarter::Child : public Group {
 public:
  Child(pid_t pid, bool leaves_others) : Group(pid), leaves_others_(leaves_others) {}

  ProcessEnd End(const FileHandle& pidfd) override EXCLUDES(mu_) {
    MutexLock lock(mu_);
    if (!leaves_others_) kill(-leader_, SIGKILL);
    ended_ = true;
    return ReapIfChild(pidfd);
  }

 private:
  const bool leaves_others_;
};

// The leader is no child of ours, and somebody else reaps it, perhaps before we hear of its end; or
// it is one of the program that this process ran before (execve), and nobody else will. The number
// is not given to another process while one is left in the group.
class SpawnProcessStarter::Adopted : public Group {
 public:
  using Group::Group;

  ProcessEnd End(const FileHandle& pidfd) override EXCLUDES(mu_) {
    MutexLock lock(mu_);
    const bool reaped =
        syscall(SYS_pidfd_send_signal, pidfd.Descriptor(), 0, nullptr, 0) != 0 && errno == ESRCH;
    const bool given_away = reaped && (kill(leader_, 0) == 0 || errno == EPERM);
    if (!given_away) kill(-leader_, SIGKILL);
    ended_ = true;
    return ReapIfChild(pidfd);
  }
};

SpawnProcessStarter::SpawnProcessStarter()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), stop_(eventfd(0, EFD_CLOEXEC)) {
  if (!epoll_.IsOpen() || !stop_.IsOpen())
    throw SystemError(errno, "preparing to watch child processes");
  WatchReadable(epoll_, stop_.Descriptor(), kStopNumber);
  watcher_ = std::thread([this] { Watch(); });
}

SpawnProcessStarter::~SpawnProcessStarter() {
  const std::uint64_t one = 1;
  (void)!write(stop_.Descriptor(), &one, sizeof one);
  watcher_.join();
}

std::shared_ptr<Process> SpawnProcessStarter::Start(ProcessSpec spec, OnEnd on_end) {
  const FileHandle output = OpenOutput(spec.output_file);
  const pid_t pid = SpawnSettings(output.Descriptor()).Spawn(spec);
  auto child = std::make_shared<Child>(pid, spec.leaves_others);
  // The child cannot be reaped by anybody else, so its number still means it.
  FileHandle pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.IsOpen()) {
    const int error = errno;
    child->Kill();
    waitpid(pid, nullptr, 0);
    throw SystemError(error, "watching " + spec.command.front());
  }
  Add(std::move(pidfd), child, std::move(on_end));
  return child;
}

std::shared_ptr<Process> SpawnProcessStarter::Adopt(pid_t leader,
                                                    const std::function<bool()>& is_it,
                                                    OnEnd on_end) {
  FileHandle pidfd(static_cast<int>(syscall(SYS_pidfd_open, leader, 0)));
  if (!pidfd.IsOpen() && errno != ESRCH) throw SystemError(errno, "watching a worker");
  // Looked at after the descriptor was opened, which stands for one process for good.
  if (!pidfd.IsOpen() || !is_it()) return nullptr;
  auto adopted = std::make_shared<Adopted>(leader);
  Add(std::move(pidfd), adopted, std::move(on_end));
  return adopted;
}

void SpawnProcessStarter::Add(FileHandle pidfd, std::shared_ptr<Group> group, OnEnd on_end) {
  MutexLock lock(mu_);
  const std::uint64_t number = ++last_number_;
  const int descriptor = pidfd.Descriptor();
  watched_[number] = Watched{std::move(pidfd), std::move(group), std::move(on_end)};
  WatchReadable(epoll_, descriptor, number);
}

void SpawnProcessStarter::Watch() {
  for (;;) {
    epoll_event event{};
    const int count = epoll_wait(epoll_.Descriptor(), &event, 1, -1);
    if (count < 1) continue;
    if (event.data.u64 == kStopNumber) return;
    Reap(event.data.u64);
  }
}

void SpawnProcessStarter::Reap(std::uint64_t number) {
  Watched ended;
  {
    MutexLock lock(mu_);
    const auto found = watched_.find(number);
    if (found == watched_.end()) return;
    ended = std::move(found->second);
    watched_.erase(found);
  }
  const ProcessEnd end = ended.group->End(ended.pidfd);
  ended.pidfd = FileHandle();  // also takes it out of the epoll set
  ended.on_end(end);
}

}  // namespace mist
