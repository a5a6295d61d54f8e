// std::mutex and a condition variable with Clang's thread-safety annotations: g++ sees empty
// macros, clang-tidy checks that every field marked GUARDED_BY is only touched under its mutex.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define MIST_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define MIST_THREAD_ANNOTATION(x)
#endif

#define CAPABILITY(x) MIST_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY MIST_THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) MIST_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES(...) MIST_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) MIST_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) MIST_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) MIST_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS MIST_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace mist {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits only with a predicate; the predicate runs with the mutex held. Write `REQUIRES(mu_)` on the
// predicate lambda when it reads guarded fields. Not condition_variable_any: its own inner mutex
// costs every wait and every notification two more locks.
class CondVar {
 public:
  template <typename Predicate>
  void Wait(Mutex& mutex, Predicate predicate) REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    cv_.wait(lock, predicate);
    lock.release();
  }

  // Returns the predicate's value: false when the deadline passed first.
  template <typename Predicate>
  bool WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point deadline, Predicate predicate)
      REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool holds = cv_.wait_until(lock, deadline, predicate);
    lock.release();
    return holds;
  }

  void NotifyOne() { cv_.notify_one(); }
  void NotifyAll() { cv_.notify_all(); }

 private:
  std::condition_variable cv_;
};

}  // namespace mist
