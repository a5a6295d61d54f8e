#include "master/retention/sweeper.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/thread_name.h"
#include "master/broker/job_state.h"

namespace mist {
namespace {

constexpr Millis kLongestSettle = std::chrono::minutes(1);
constexpr Millis kLongestPause = std::chrono::seconds(1);
constexpr Millis kOrphanAge = std::chrono::hours(1);
// Keys looked at in one sweep; the next one goes on from there.
constexpr std::size_t kKeysPerSweep = 5'000;
constexpr std::size_t kKeysPerRead = 1'000;
constexpr std::string_view kHttpKey = "http:";

// The store's clock of jobs and events may have jumped: what is of the future is not old.
bool IsOlder(WallTime time, const std::optional<Millis>& age, WallTime now) {
  return age.has_value() && now - time >= *age;
}

}  // namespace

Sweeper::Sweeper(SweeperOptions options, Store& store, JobLogs& logs, ArtifactRepository& artifacts,
                 Clock& clock)
    : options_(options),
      settle_(std::min(options.interval, kLongestSettle)),
      store_(store),
      logs_(logs),
      artifacts_(artifacts),
      clock_(clock) {}

Sweeper::~Sweeper() {
  Stop();
}

void Sweeper::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Sweeper::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

SweepCounts Sweeper::Counts() const {
  MutexLock lock(mu_);
  return counts_;
}

void Sweeper::Run() {
  NameThisThread("sweeper");
  bool failing = false;
  while (Pause(options_.interval)) {
    try {
      Sweep();
      failing = false;
    } catch (const Error& error) {
      if (!failing) log::Warn("retention_failed", {{"reason", error.what()}});
      failing = true;
    }
  }
}

// False when it is time to end.
bool Sweeper::Pause(Millis duration) {
  MutexLock lock(mu_);
  return !changed_.WaitUntil(mu_, std::chrono::steady_clock::now() + duration,
                             [this]() REQUIRES(mu_) { return stopping_; });
}

bool Sweeper::IsStopping() const {
  MutexLock lock(mu_);
  return stopping_;
}

void Sweeper::Sweep() {
  const SweepCounts before = Counts();
  SweepEvents();
  SweepKeys();
  SweepJobs();
  SweepLogs();
  SweepContents();
  Report(before);
}

void Sweeper::Report(const SweepCounts& before) {
  const SweepCounts now = Counts();
  if (now == before) return;
  log::Info("retention_swept", {{"jobs", std::to_string(now.jobs - before.jobs)},
                                {"logs", std::to_string(now.logs - before.logs)},
                                {"events", std::to_string(now.events - before.events)},
                                {"keys", std::to_string(now.keys - before.keys)},
                                {"artifacts", std::to_string(now.contents - before.contents)},
                                {"bytes", std::to_string(now.bytes - before.bytes)}});
}

void Sweeper::Write(std::vector<Mutation> batch) {
  const MonoTime begin = std::chrono::steady_clock::now();
  store_.Write(std::move(batch));
  const auto took = std::chrono::ceil<Millis>(std::chrono::steady_clock::now() - begin);
  Pause(std::min(took, kLongestPause));
}

void Sweeper::Count(std::int64_t SweepCounts::*what, std::int64_t number) {
  MutexLock lock(mu_);
  counts_.*what += number;
}

// ---- events -------------------------------------------------------------------------------------

void Sweeper::SweepEvents() {
  if (!options_.events.Any() && !options_.outbox.Any()) return;
  LearnEvents();
  BoundOutbox();
  const EventNumber sent = SentByAll();
  while (!batches_.empty() && !IsStopping()) {
    EventNumber through = 0;
    std::int64_t events = 0;
    for (std::size_t i = 0; i < options_.step && !batches_.empty(); ++i) {
      const EventBatch& oldest = batches_.front();
      if (oldest.last > sent || !IsTooMuch(oldest)) break;
      through = oldest.last;
      events += oldest.events;
      events_ -= oldest.events;
      event_bytes_ -= oldest.bytes;
      batches_.pop_front();
    }
    if (through == 0) return;
    Write({DeleteEvents{through}});
    Count(&SweepCounts::events, events);
  }
}

void Sweeper::LearnEvents() {
  for (;;) {
    const std::vector<EventBatch> more = store_.EventBatchesAfter(known_through_, 1'000);
    if (more.empty()) return;
    for (const EventBatch& batch : more) {
      events_ += batch.events;
      event_bytes_ += batch.bytes;
      batches_.push_back(batch);
    }
    known_through_ = more.back().last;
  }
}

// Tells the sinks which events they will not get. They move on by themselves; the events go in a
// later sweep, if they are not to be kept.
void Sweeper::BoundOutbox() {
  const RetentionLimits& limits = options_.outbox;
  if (!limits.Any()) return;
  const WallTime now = clock_.Wall();
  EventNumber bound = 0;
  std::int64_t waiting = 0;
  for (auto batch = batches_.rbegin(); batch != batches_.rend(); ++batch) {
    waiting += batch->bytes;
    if (!IsOlder(batch->time, limits.age, now) && !(limits.bytes && waiting > *limits.bytes))
      continue;
    bound = batch->last;
    break;
  }
  for (EventSender* sender : senders_) {
    if (sender->Through() < bound) sender->DropThrough(bound);
  }
}

EventNumber Sweeper::SentByAll() const {
  EventNumber sent = known_through_;
  for (const EventSender* sender : senders_) sent = std::min(sent, sender->Through());
  return sent;
}

// The newest batch stays in any case: numbers go on from it.
bool Sweeper::IsTooMuch(const EventBatch& oldest) const {
  const RetentionLimits& limits = options_.events;
  return batches_.size() > 1 && (IsOlder(oldest.time, limits.age, clock_.Wall()) ||
                                 (limits.count && events_ > *limits.count) ||
                                 (limits.bytes && event_bytes_ > *limits.bytes));
}

// ---- request keys -------------------------------------------------------------------------------

void Sweeper::SweepKeys() {
  if (options_.http_keys.age || options_.other_keys) ForgetOldKeys();
  if (options_.http_keys.count || options_.http_keys.bytes) BoundKeys();
}

void Sweeper::ForgetOldKeys() {
  const WallTime now = clock_.Wall();
  for (std::size_t seen = 0; seen < kKeysPerSweep && !IsStopping();) {
    const std::vector<KeyedJob> page = store_.JobsWithKeyAfter(keys_through_, options_.step);
    std::vector<JobId> old;
    for (const KeyedJob& job : page) {
      const bool is_http = job.request_key.starts_with(kHttpKey);
      const auto& age = is_http ? options_.http_keys.age : options_.other_keys;
      if (job.ended && IsOlder(job.created, age, now)) old.push_back(job.id);
    }
    ForgetKeys(old);
    seen += page.size();
    if (page.size() < options_.step) {
      keys_through_.clear();
      return;
    }
    keys_through_ = page.back().request_key;
  }
}

// There is no index of keys by age, which each call with a key would pay for: all keys are read,
// the oldest ones remembered. What is too much beyond these is for the next sweep.
void Sweeper::BoundKeys() {
  const RetentionLimits& limits = options_.http_keys;
  std::int64_t keys = 0;
  std::int64_t bytes = 0;
  std::set<std::tuple<WallTime, JobId, std::int64_t>> oldest;  // with the sizes of their keys
  std::string through(kHttpKey);
  for (bool is_last = false; !is_last && !IsStopping();) {
    const std::vector<KeyedJob> page = store_.JobsWithKeyAfter(through, kKeysPerRead);
    is_last = page.size() < kKeysPerRead;
    for (const KeyedJob& job : page) {
      through = job.request_key;
      if (!through.starts_with(kHttpKey)) {
        is_last = true;
        break;
      }
      const auto size = static_cast<std::int64_t>(through.size());
      ++keys;
      bytes += size;
      if (!job.ended || !HasSettled(job.created)) continue;
      oldest.emplace(job.created, job.id, size);
      if (oldest.size() > kKeysPerSweep) oldest.erase(std::prev(oldest.end()));
    }
  }

  std::vector<JobId> step;
  for (const auto& [created, id, size] : oldest) {
    const bool too_much =
        (limits.count && keys > *limits.count) || (limits.bytes && bytes > *limits.bytes);
    if (!too_much || IsStopping()) break;
    --keys;
    bytes -= size;
    step.push_back(id);
    if (step.size() == options_.step) ForgetKeys(std::exchange(step, {}));
  }
  ForgetKeys(step);
}

void Sweeper::ForgetKeys(const std::vector<JobId>& jobs) {
  if (jobs.empty()) return;
  std::vector<Mutation> batch;
  for (const JobId& id : jobs) batch.emplace_back(ForgetRequestKey{id});
  Write(std::move(batch));
  Count(&SweepCounts::keys, static_cast<std::int64_t>(jobs.size()));
}

// ---- jobs and logs ------------------------------------------------------------------------------

// From the oldest job on, until nothing more can be too old or too much.
void Sweeper::SweepJobs() {
  const RetentionLimits& limits = options_.jobs;
  if (!limits.Any()) return;
  const auto unsent = JobsWithUnsentEvents();
  if (!unsent) return;
  const WallTime now = clock_.Wall();
  std::string through;
  do {
    const StoreSize size = store_.Size();
    std::int64_t excess =
        limits.count ? std::max(size.ended_jobs - *limits.count, std::int64_t{0}) : 0;
    const bool too_large = limits.bytes && size.used_bytes > *limits.bytes;
    const EndedJobs page = store_.EndedJobsAfter(through, options_.step);
    std::vector<Job> old;
    bool may_be_more = excess > 0 || too_large;
    for (const Job& job : page.jobs) {
      may_be_more = may_be_more || IsOlder(job.created, limits.age, now);
      const WallTime ended = job.ended.value_or(job.created);
      const bool goes = too_large || excess > 0 || IsOlder(ended, limits.age, now);
      if (!goes || !HasSettled(ended) || unsent->contains(job.id)) continue;
      old.push_back(job);
      if (excess > 0) --excess;
    }
    if (!old.empty()) DeleteJobs(old);
    if (!may_be_more) return;
    through = page.through;
  } while (!through.empty() && !IsStopping());
}

// An event without its job cannot be told. nullopt when a sink is too far behind to look at all of
// its events.
std::optional<std::set<JobId>> Sweeper::JobsWithUnsentEvents() {
  std::set<JobId> jobs;
  if (senders_.empty()) return jobs;
  EventNumber through = senders_.front()->Through();
  for (const EventSender* sender : senders_) through = std::min(through, sender->Through());
  if (store_.LastEvent() - through > options_.max_lag) return std::nullopt;
  for (;;) {
    const std::vector<EventRecord> events = store_.EventsAfter(through, 1'000);
    if (events.empty()) return jobs;
    for (const EventRecord& event : events) jobs.insert(event.job);
    through = events.back().number;
  }
}

// The logs after the rows: a log that a crash leaves behind is found by SweepLogs().
void Sweeper::DeleteJobs(const std::vector<Job>& jobs) {
  std::vector<Mutation> batch;
  for (const Job& job : jobs) batch.push_back(DeleteJob{job.id});
  Write(std::move(batch));
  Count(&SweepCounts::jobs, static_cast<std::int64_t>(jobs.size()));
  for (const Job& job : jobs) {
    if (const std::int64_t bytes = logs_.Size(job.id); bytes > 0) RemoveLog(job.id, bytes);
  }
}

void Sweeper::RemoveLog(const JobId& id, std::int64_t bytes) {
  if (!logs_.Remove(id)) return;
  Count(&SweepCounts::logs, 1);
  Count(&SweepCounts::bytes, bytes);
}

void Sweeper::SweepLogs() {
  const RetentionLimits& limits = options_.logs;
  const bool look_for_orphans = !std::exchange(looked_for_orphans_, true) && options_.jobs.Any();
  if (!limits.Any() && !look_for_orphans) return;
  std::vector<StoredLog> logs = logs_.List();
  std::sort(logs.begin(), logs.end(), [](const StoredLog& a, const StoredLog& b) {
    return std::tie(a.file.modified, a.job.value) < std::tie(b.file.modified, b.job.value);
  });
  auto count = static_cast<std::int64_t>(logs.size());
  std::int64_t bytes = 0;
  for (const StoredLog& log : logs) bytes += log.file.bytes;

  const WallTime now = clock_.Wall();
  for (const StoredLog& log : logs) {
    if (IsStopping()) return;
    const bool too_much = IsOlder(log.file.modified, limits.age, now) ||
                          (limits.count && count > *limits.count) ||
                          (limits.bytes && bytes > *limits.bytes);
    const bool may_be_orphan = look_for_orphans && IsOlder(log.file.modified, kOrphanAge, now);
    if (!too_much && !may_be_orphan) return;  // those that follow are newer
    if (!HasSettled(log.file.modified)) return;
    try {
      const std::optional<Job> job = store_.FindJob(log.job);
      if (job ? !(too_much && IsTerminal(job->state)) : !may_be_orphan) continue;
    } catch (const Error& error) {
      if (error.Code() != ErrorCode::kCorrupt) throw;
      continue;  // its log may be all that is known of it
    }
    RemoveLog(log.job, log.file.bytes);
    --count;
    bytes -= log.file.bytes;
  }
}

// ---- contents of artifacts ----------------------------------------------------------------------

// Contents go when an earlier sweep has seen them without a name already: a call that is being
// accepted may have found them by a name that is gone since.
void Sweeper::SweepContents() {
  const RetentionLimits& limits = options_.contents;
  if (!limits.Any()) return;
  std::vector<KeptContents> unnamed = artifacts_.Unnamed();
  const std::vector<std::string> in_use = store_.ContentsInUse();
  const std::set<std::string> used(in_use.begin(), in_use.end());
  std::erase_if(unnamed, [&](const KeptContents& kept) { return used.contains(kept.sha256); });
  std::sort(unnamed.begin(), unnamed.end(), [](const KeptContents& a, const KeptContents& b) {
    return std::pair(a.kept, a.sha256) < std::pair(b.kept, b.sha256);
  });

  const WallTime now = clock_.Wall();
  std::map<std::string, WallTime> since;
  auto count = static_cast<std::int64_t>(unnamed.size());
  std::int64_t bytes = 0;
  for (const KeptContents& kept : unnamed) {
    bytes += kept.bytes;
    const auto seen = unnamed_since_.find(kept.sha256);
    since[kept.sha256] = seen == unnamed_since_.end() ? now : seen->second;
  }
  unnamed_since_ = since;
  for (const KeptContents& kept : unnamed) {
    const bool goes = IsOlder(kept.kept, limits.age, now) ||
                      (limits.count && count > *limits.count) ||
                      (limits.bytes && bytes > *limits.bytes);
    if (IsStopping() || !goes) return;
    if (!HasSettled(since[kept.sha256]) || !HasSettled(kept.kept)) continue;
    RemoveContents(kept);
    --count;
    bytes -= kept.bytes;
  }
}

void Sweeper::RemoveContents(const KeptContents& contents) {
  if (!artifacts_.RemoveUnnamed(contents.sha256)) return;
  Write({DeleteSchemas{contents.sha256}});
  Count(&SweepCounts::contents, 1);
  Count(&SweepCounts::bytes, contents.bytes);
}

}  // namespace mist
