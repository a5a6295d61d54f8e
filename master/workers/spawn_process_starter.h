// The real ProcessStarter: posix_spawn (0.4 ms where fork of a large master takes 38 ms) and one
// thread that watches all processes by pidfd.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <thread>

#include "base/file.h"
#include "base/mutex.h"
#include "master/workers/process_starter.h"

namespace mist {

// Children get a process group of their own, /dev/null as stdin, default signals, and no descriptor
// but 0, 1 and 2. The destructor stops watching; children that are left go on.
class SpawnProcessStarter : public ProcessStarter {
 public:
  SpawnProcessStarter();
  ~SpawnProcessStarter() override;
  SpawnProcessStarter(const SpawnProcessStarter&) = delete;
  SpawnProcessStarter& operator=(const SpawnProcessStarter&) = delete;

  [[nodiscard]] std::shared_ptr<Process> Start(ProcessSpec spec, OnEnd on_end) override
      EXCLUDES(mu_);
  [[nodiscard]] std::shared_ptr<Process> Adopt(pid_t leader, const std::function<bool()>& is_it,
                                               OnEnd on_end) override EXCLUDES(mu_);

 private:
  class Group;
  class Child;
  class Adopted;
  struct Watched {
    FileHandle pidfd;
    std::shared_ptr<Group> group;
    OnEnd on_end;
  };

  void Add(FileHandle pidfd, std::shared_ptr<Group> group, OnEnd on_end) EXCLUDES(mu_);
  void Watch();
  void Reap(std::uint64_t number) EXCLUDES(mu_);

  const FileHandle epoll_;
  const FileHandle stop_;  // eventfd
  Mutex mu_;
  std::map<std::uint64_t, Watched> watched_ GUARDED_BY(mu_);
  std::uint64_t last_number_ GUARDED_BY(mu_) = 0;  // 0 is the eventfd
  std::thread watcher_;                            // last: uses the fields above
};

}  // namespace mist
