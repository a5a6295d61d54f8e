// All workers that are starting or running, by id and by session, and the watch over their leases.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "master/workers/worker_link.h"

namespace mist {

// Any thread. Owns one thread from construction to Stop().
class WorkerLinks {
 public:
  // Called from the watch's thread, once for a worker; must not block.
  using OnGivenUp = std::function<void(const WorkerId& id, const std::string& reason)>;

  explicit WorkerLinks(OnGivenUp on_given_up);
  ~WorkerLinks();
  WorkerLinks(const WorkerLinks&) = delete;
  WorkerLinks& operator=(const WorkerLinks&) = delete;

  void Add(std::shared_ptr<WorkerLink> link) EXCLUDES(mu_);
  // Null when there is none.
  std::shared_ptr<WorkerLink> Find(const WorkerId& id) const EXCLUDES(mu_);
  // Ends the link and forgets id, secret and session.
  void End(const WorkerId& id, WorkerLink::EndKind kind, const std::string& reason) EXCLUDES(mu_);
  std::vector<WorkerInfo> Ready() const EXCLUDES(mu_);
  std::optional<WorkerInfo> FindReady(const WorkerId& id) const EXCLUDES(mu_);

  struct Session {
    std::shared_ptr<WorkerLink> link;
    std::int64_t number = 0;
  };
  // Throws protocol::Refused.
  struct Registration {
    Session session;
    protocol::Welcome welcome;
  };
  [[nodiscard]] Registration Register(const protocol::Hello& hello, const std::string& address)
      EXCLUDES(mu_);
  // Throws protocol::Refused (STALE_SESSION).
  [[nodiscard]] Session FindSession(const std::string& token) const EXCLUDES(mu_);

  // Something happened that may end a worker: the watch looks again.
  void LookAgain() EXCLUDES(mu_);

  // Ends waiting calls and the watch. The links stay, and nothing more is heard of them.
  void Stop() EXCLUDES(mu_);

 private:
  struct Entry {
    std::shared_ptr<WorkerLink> link;
    std::string token;      // of its session; empty before the first
    bool given_up = false;  // on_given_up_ was called
  };
  struct GivenUp {
    WorkerId id;
    std::string reason;
  };

  void Watch();
  std::vector<GivenUp> TakeGivenUpLocked(MonoTime now) REQUIRES(mu_);
  std::optional<MonoTime> NextDeadlineLocked() const REQUIRES(mu_);
  std::vector<std::shared_ptr<WorkerLink>> All() const EXCLUDES(mu_);

  const OnGivenUp on_given_up_;
  mutable Mutex mu_;
  CondVar changed_;
  std::map<WorkerId, Entry> workers_ GUARDED_BY(mu_);
  std::unordered_map<std::string, Session> sessions_
      GUARDED_BY(mu_);  // by token; the current one of each worker
  std::uint64_t changes_ GUARDED_BY(mu_) = 0;
  bool stopping_ GUARDED_BY(mu_) = false;
  std::thread watch_;  // last: uses the fields above
};

// One connection's use of a session; the link counts them.
class Attachment {
 public:
  Attachment(WorkerLinks& links, WorkerLinks::Session session)
      : links_(links), session_(std::move(session)) {
    session_.link->Attach(session_.number);
  }
  ~Attachment() {
    session_.link->Detach(session_.number);
    links_.LookAgain();
  }
  Attachment(const Attachment&) = delete;
  Attachment& operator=(const Attachment&) = delete;

  const WorkerLinks::Session& Session() const { return session_; }

 private:
  WorkerLinks& links_;
  const WorkerLinks::Session session_;
};

}  // namespace mist
