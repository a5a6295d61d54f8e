// Takes away what is older, or more, than the configuration wants to keep: jobs with their logs,
// events, request keys, contents of artifacts that nobody names. Nothing is taken by default but
// keys that count no longer.
//
// Works in steps of a few rows, each a batch of the store like any other, and pauses after each for
// as long as it took, so that the store's writer is there for others half of the time at least.
// What was taken is counted and logged, so that nobody has to wonder where it is.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "master/artifacts/artifact_repository.h"
#include "master/events/event_sender.h"
#include "master/logs/job_logs.h"
#include "master/store/store.h"

namespace mist {

// What is beyond any of them goes, the oldest first. nullopt: no limit.
struct RetentionLimits {
  std::optional<Millis> age = {};
  std::optional<std::int64_t> count = {};
  std::optional<std::int64_t> bytes = {};

  bool Any() const { return age || count || bytes; }
};

struct SweeperOptions {
  Millis interval = std::chrono::minutes(1);  // between two sweeps
  RetentionLimits jobs = {};                  // that have ended; bytes: of the database in use
  RetentionLimits logs = {};                  // of jobs that have ended, whose rows stay
  RetentionLimits events = {};                // that every sink has
  RetentionLimits outbox = {};                // events that a sink does not have; no count
  RetentionLimits contents = {};              // of artifacts, that nobody names
  RetentionLimits http_keys = {};             // of jobs that have ended; age: since the request
  std::optional<Millis> other_keys = {};      // of messages: Kafka may bring one again
  std::size_t step = 200;                     // rows in one transaction
  EventNumber max_lag = 100'000;  // of sinks; beyond, jobs stay: their events must be told whole
};

struct SweepCounts {
  std::int64_t jobs = 0;
  std::int64_t logs = 0;
  std::int64_t events = 0;
  std::int64_t keys = 0;
  std::int64_t contents = 0;
  std::int64_t bytes = 0;  // of logs and contents

  bool operator==(const SweepCounts&) const = default;
};

// Owned by main; what it is given outlives it. One thread between Start() and Stop(), from which
// everything happens; Counts() from any.
class Sweeper {
 public:
  Sweeper(SweeperOptions options, Store& store, JobLogs& logs, ArtifactRepository& artifacts,
          Clock& clock);
  ~Sweeper();
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

  // Whose unsent events stay. Before Start().
  void AddSink(EventSender& sender) { senders_.push_back(&sender); }

  void Start();
  // Returns when the step that runs has ended.
  void Stop() EXCLUDES(mu_);

  // One sweep on the caller's thread, for tests that do not Start(). Throws Error.
  void Sweep() EXCLUDES(mu_);

  // Since the start.
  SweepCounts Counts() const EXCLUDES(mu_);

 private:
  void Run() EXCLUDES(mu_);
  bool IsStopping() const EXCLUDES(mu_);
  bool Pause(Millis duration) EXCLUDES(mu_);
  void Write(std::vector<Mutation> batch);
  void Count(std::int64_t SweepCounts::*what, std::int64_t number) EXCLUDES(mu_);
  void Report(const SweepCounts& before) EXCLUDES(mu_);

  void SweepEvents();
  void LearnEvents();
  void BoundOutbox();
  EventNumber SentByAll() const;
  bool IsTooMuch(const EventBatch& oldest) const;

  void SweepKeys();
  void ForgetOldKeys();
  void BoundKeys();
  void ForgetKeys(const std::vector<JobId>& jobs);

  void SweepJobs();
  std::optional<std::set<JobId>> JobsWithUnsentEvents();
  void DeleteJobs(const std::vector<Job>& jobs);
  void RemoveLog(const JobId& id, std::int64_t bytes);
  void SweepLogs();

  void SweepContents();
  void RemoveContents(const KeptContents& contents);

  bool HasSettled(WallTime since) const { return clock_.Wall() - since >= settle_; }

  const SweeperOptions options_;
  // What changed less than this ago stays: a caller may be about to read it.
  const Millis settle_;
  Store& store_;                   // synchronizes itself
  JobLogs& logs_;                  // synchronizes itself
  ArtifactRepository& artifacts_;  // synchronizes itself
  Clock& clock_;                   // synchronizes itself
  std::vector<EventSender*> senders_;

  // The sweeping thread's.
  std::deque<EventBatch> batches_;  // of the store, oldest first, when there are limits for events
  EventNumber known_through_ = 0;
  std::int64_t events_ = 0;  // in them
  std::int64_t event_bytes_ = 0;
  std::string keys_through_;                       // where the walk through the keys is
  bool looked_for_orphans_ = false;                // logs that a crash left behind
  std::map<std::string, WallTime> unnamed_since_;  // contents, as seen by a sweep

  mutable Mutex mu_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mu_) = false;
  SweepCounts counts_ GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace mist
