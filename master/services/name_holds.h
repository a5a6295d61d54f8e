// Changes to one named thing (a function, a context) happen one after the other, from the check to
// the moment when memory, store and broker agree. Changes to different names do not wait for each
// other.
#pragma once

#include <set>
#include <string>

#include "base/mutex.h"

namespace mist {

class NameHolds {
 public:
  void Take(const std::string& name) EXCLUDES(mu_) {
    MutexLock lock(mu_);
    released_.Wait(mu_, [&]() REQUIRES(mu_) { return held_.count(name) == 0; });
    held_.insert(name);
  }

  void Release(const std::string& name) EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      held_.erase(name);
    }
    released_.NotifyAll();
  }

 private:
  Mutex mu_;
  CondVar released_;
  std::set<std::string> held_ GUARDED_BY(mu_);
};

// Holds a name for the length of a scope. Unlike a mutex it may be held while the store writes.
class NameHold {
 public:
  NameHold(NameHolds& holds, const std::string& name) : holds_(holds), name_(name) {
    holds_.Take(name_);
  }
  ~NameHold() { holds_.Release(name_); }
  NameHold(const NameHold&) = delete;
  NameHold& operator=(const NameHold&) = delete;

 private:
  NameHolds& holds_;
  const std::string name_;
};

}  // namespace mist
