#include "master/workers/worker_links.h"

#include <algorithm>
#include <utility>

#include "base/ids.h"
#include "base/log.h"
#include "master/workers/refusal.h"

namespace mist {

WorkerLinks::WorkerLinks(OnGivenUp on_given_up)
    : on_given_up_(std::move(on_given_up)), watch_([this] { Watch(); }) {}

WorkerLinks::~WorkerLinks() {
  Stop();
}

void WorkerLinks::Add(std::shared_ptr<WorkerLink> link) {
  MutexLock lock(mu_);
  const WorkerId id = link->Id();
  workers_[id] = Entry{std::move(link), {}, false};
  ++changes_;
  changed_.NotifyAll();
}

std::shared_ptr<WorkerLink> WorkerLinks::Find(const WorkerId& id) const {
  MutexLock lock(mu_);
  const auto found = workers_.find(id);
  return found == workers_.end() ? nullptr : found->second.link;
}

void WorkerLinks::End(const WorkerId& id, WorkerLink::EndKind kind, const std::string& reason) {
  const std::shared_ptr<WorkerLink> link = Find(id);
  if (link == nullptr) return;
  (void)link->End(kind, reason);  // false: another thread was faster, and has told the broker
  MutexLock lock(mu_);
  const auto found = workers_.find(id);
  if (found == workers_.end()) return;
  sessions_.erase(found->second.token);
  workers_.erase(found);
}

std::vector<WorkerInfo> WorkerLinks::Ready() const {
  std::vector<WorkerInfo> ready;
  for (const std::shared_ptr<WorkerLink>& link : All()) {
    if (std::optional<WorkerInfo> info = link->ReadyInfo()) ready.push_back(std::move(*info));
  }
  return ready;
}

std::optional<WorkerInfo> WorkerLinks::FindReady(const WorkerId& id) const {
  const std::shared_ptr<WorkerLink> link = Find(id);
  return link == nullptr ? std::nullopt : link->ReadyInfo();
}

WorkerLinks::Registration WorkerLinks::Register(const protocol::Hello& hello,
                                                const std::string& address) {
  const WorkerId id{hello.worker_id};
  const std::shared_ptr<WorkerLink> link = Find(id);
  if (link == nullptr) {
    throw Refused(protocol::RefusalCode::UNKNOWN_WORKER, "this master has no worker " + id.value);
  }
  WorkerLink::Registration registered = link->Register(hello, address);
  const std::string token = NewSecret();
  registered.welcome.session = token;
  const Session session{link, registered.session};
  {
    MutexLock lock(mu_);
    const auto found = workers_.find(id);
    if (found == workers_.end()) {
      throw Refused(protocol::RefusalCode::UNKNOWN_WORKER, "worker " + id.value + " was given up");
    }
    sessions_.erase(found->second.token);
    found->second.token = token;
    sessions_[token] = session;
  }
  LookAgain();
  return Registration{session, std::move(registered.welcome)};
}

WorkerLinks::Session WorkerLinks::FindSession(const std::string& token) const {
  MutexLock lock(mu_);
  const auto found = sessions_.find(token);
  if (found == sessions_.end()) throw StaleSession();
  return found->second;
}

void WorkerLinks::LookAgain() {
  MutexLock lock(mu_);
  ++changes_;
  changed_.NotifyAll();
}

void WorkerLinks::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  for (const std::shared_ptr<WorkerLink>& link : All()) link->Interrupt();
  if (watch_.joinable()) watch_.join();
}

// Sleeps until the nearest deadline that can be known. Calls only move deadlines further away, so
// no call has to wake the watch; whatever brings one nearer calls LookAgain().
void WorkerLinks::Watch() {
  for (;;) {
    std::vector<GivenUp> given_up;
    {
      MutexLock lock(mu_);
      const std::uint64_t seen = changes_;
      auto woken = [&]() REQUIRES(mu_) { return stopping_ || changes_ != seen; };
      given_up = TakeGivenUpLocked(SystemClock().Mono());
      if (given_up.empty()) {
        if (const std::optional<MonoTime> deadline = NextDeadlineLocked()) {
          changed_.WaitUntil(mu_, *deadline, woken);
        } else {
          changed_.Wait(mu_, woken);
        }
      }
      if (stopping_) return;
    }
    for (const GivenUp& worker : given_up) {
      log::Info("worker_given_up", {{"worker", worker.id.value}, {"reason", worker.reason}});
      on_given_up_(worker.id, worker.reason);
    }
  }
}

std::vector<WorkerLinks::GivenUp> WorkerLinks::TakeGivenUpLocked(MonoTime now) {
  std::vector<GivenUp> result;
  for (auto& [id, entry] : workers_) {
    if (entry.given_up) continue;
    if (std::optional<std::string> reason = entry.link->GivenUp(now)) {
      entry.given_up = true;
      result.push_back(GivenUp{id, std::move(*reason)});
    }
  }
  return result;
}

std::optional<MonoTime> WorkerLinks::NextDeadlineLocked() const {
  std::optional<MonoTime> next;
  for (const auto& [id, entry] : workers_) {
    if (entry.given_up) continue;
    const std::optional<MonoTime> deadline = entry.link->NextDeadline();
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
  return next;
}

std::vector<std::shared_ptr<WorkerLink>> WorkerLinks::All() const {
  MutexLock lock(mu_);
  std::vector<std::shared_ptr<WorkerLink>> links;
  for (const auto& [id, entry] : workers_) links.push_back(entry.link);
  return links;
}

}  // namespace mist
