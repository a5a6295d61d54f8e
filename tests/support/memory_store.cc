#include "tests/support/memory_store.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "master/broker/job_state.h"
#include "master/store/job_matcher.h"
#include "master/store/stored_course.h"

namespace mist::testing {
namespace {

constexpr std::int64_t kEventBytes = 80;  // about what a line of the database takes

template <typename Map>
auto ValuesOf(const Map& map) {
  std::vector<typename Map::mapped_type> values;
  for (const auto& [key, value] : map) values.push_back(value);
  return values;
}

// What SQLite computes in its column `position`.
std::string PositionOf(const JobId& id, WallTime created) {
  constexpr std::size_t kVersionDigit = 14;
  if (id.value.size() > kVersionDigit && id.value[kVersionDigit] == '7') return id.value;
  const std::int64_t millis = ToEpochMillis(created);
  std::array<char, 15> prefix{};
  std::snprintf(prefix.data(), prefix.size(), "%08x-%04x-", static_cast<unsigned>(millis >> 16),
                static_cast<unsigned>(millis & 0xffff));
  return prefix.data() + id.value;
}

bool Matches(const Job& job, const JobQuery& query, const JobMatcher& matcher) {
  if (!matcher.Fits(job)) return false;
  if (query.function && job.call.function != *query.function) return false;
  if (query.worker && job.worker != *query.worker) return false;
  return query.states.empty() ||
         std::find(query.states.begin(), query.states.end(), job.state) != query.states.end();
}

}  // namespace

MemoryStore::MemoryStore() : thread_([this] { Run(); }) {}

MemoryStore::~MemoryStore() {
  mailbox_.Close();
  thread_.join();
}

void MemoryStore::Submit(std::vector<Mutation> batch, Done done) {
  mailbox_.Post({std::move(batch), std::move(done)});
}

void MemoryStore::FailNext(ErrorCode code) {
  MutexLock lock(mu_);
  failures_.push_back(code);
}

bool MemoryStore::IsHealthy() const {
  MutexLock lock(mu_);
  return healthy_;
}

void MemoryStore::Run() {
  for (;;) {
    const std::deque<Batch> batches = mailbox_.TakeAll();
    if (batches.empty()) return;
    for (const Batch& batch : batches) {
      const std::optional<Error> failure = WriteBatch(batch);
      if (batch.done) batch.done(failure ? &*failure : nullptr);
    }
  }
}

std::optional<Error> MemoryStore::WriteBatch(const Batch& batch) {
  MutexLock lock(mu_);
  std::optional<Error> failure = WriteBatchLocked(batch);
  if (failure && failure->Code() != ErrorCode::kDiskFull) healthy_ = false;
  return failure;
}

std::optional<Error> MemoryStore::WriteBatchLocked(const Batch& batch) {
  if (!healthy_) return Error(ErrorCode::kUnavailable, "store: stopped after a failure");
  if (!failures_.empty()) {
    const ErrorCode code = failures_.front();
    failures_.pop_front();
    return Error(code, "store: told to fail");
  }
  Tables changed = tables_;
  try {
    for (const Mutation& mutation : batch.mutations) {
      std::visit([&changed](const auto& change) { changed.Apply(change); }, mutation);
    }
  } catch (const Error& error) {
    return error;
  }
  tables_ = std::move(changed);
  return std::nullopt;
}

Job& MemoryStore::Tables::Expect(const JobId& id, JobState state) {
  const auto found = jobs.find(id);
  if (found == jobs.end() || found->second.state != state) {
    throw Error(ErrorCode::kInternal, "store: job " + id.value + " is not in the expected state");
  }
  return found->second;
}

void MemoryStore::Tables::Apply(const InsertJob& insert) {
  const Job& job = *insert.job;
  const auto& key = job.request_key;
  if (key && FindByKey(*key) != nullptr) {
    throw Error(ErrorCode::kInternal, "store: request key " + *key + " exists already");
  }
  if (!jobs.emplace(job.id, job).second) {
    throw Error(ErrorCode::kInternal, "store: job " + job.id.value + " exists already");
  }
}

void MemoryStore::Tables::Apply(const MoveJob& move) {
  Job& job = Expect(move.id, move.from);
  courses[move.id].push_back(StepOf(move));
  job.state = move.to;
  job.attempt = move.attempt;
  if (move.worker) job.worker = move.worker;
  if (move.started) job.started = move.started;
  if (move.ended) job.ended = move.ended;
  if (move.result) job.result = move.result;
}

void MemoryStore::Tables::Apply(const AssignWorker& assignment) {
  Job& job = Expect(assignment.id, assignment.state);
  courses[assignment.id].push_back(StepOf(assignment));
  job.attempt = assignment.attempt;
  job.worker = assignment.worker;
}

void MemoryStore::Tables::Apply(const RequeueJob& requeue) {
  Job& job = Expect(requeue.id, requeue.from);
  courses[requeue.id].push_back(StepOf(requeue));
  job.state = JobState::kQueued;
  job.worker.reset();
  job.started.reset();
}

const Job* MemoryStore::Tables::FindByKey(const std::string& request_key) const {
  for (const auto& [id, job] : jobs) {
    if (job.request_key == request_key) return &job;
  }
  return nullptr;
}

void MemoryStore::Tables::Apply(const ForgetRequestKey& forget) {
  const auto found = jobs.find(forget.id);
  if (found != jobs.end()) found->second.request_key.reset();
}

void MemoryStore::Tables::Apply(const SaveSinkCursor& save) {
  sink_cursors[save.sink] = save.through;
}

void MemoryStore::Tables::Apply(const SaveContext& save) {
  contexts[save.config.name] = save.config;
}

void MemoryStore::Tables::Apply(const DeleteContext& removal) {
  contexts.erase(removal.name);
}

void MemoryStore::Tables::Apply(const SaveFunction& save) {
  functions[save.config.name] = save.config;
}

void MemoryStore::Tables::Apply(const DeleteFunction& removal) {
  functions.erase(removal.name);
}

void MemoryStore::Tables::Apply(const SaveArtifact& save) {
  artifacts[save.name] = {save.name, save.sha1, save.sha256, save.bytes, save.created};
}

void MemoryStore::Tables::Apply(const DeleteArtifact& removal) {
  artifacts.erase(removal.name);
}

void MemoryStore::Tables::Apply(const SaveSchema& save) {
  schemas[{save.artifact_sha256, save.class_name}] = save.schema;
}

void MemoryStore::Tables::Apply(const SaveWorker& save) {
  workers[save.worker.id] = save.worker;
}

void MemoryStore::Tables::Apply(const DeleteWorker& removal) {
  workers.erase(removal.id);
}

void MemoryStore::Tables::Apply(const SaveFailedStarts& save) {
  failed_starts[save.failed.context] = save.failed;
}

void MemoryStore::Tables::Apply(const DeleteFailedStarts& removal) {
  failed_starts.erase(removal.context);
}

void MemoryStore::Tables::Apply(const AppendEvents& append) {
  events.insert(events.end(), append.events.begin(), append.events.end());
  const EventRecord& last = append.events.back();
  const auto count = static_cast<std::int64_t>(append.events.size());
  event_batches.push_back({last.number, count, count * kEventBytes, last.time});
}

void MemoryStore::Tables::Apply(const DeleteJob& removal) {
  courses.erase(removal.id);
  const auto found = jobs.find(removal.id);
  if (found != jobs.end() && IsTerminal(found->second.state)) jobs.erase(found);
}

void MemoryStore::Tables::Apply(const DeleteEvents& removal) {
  EventNumber through = 0;
  while (!event_batches.empty() && event_batches.front().last <= removal.through) {
    through = event_batches.front().last;
    event_batches.erase(event_batches.begin());
  }
  std::erase_if(events, [&](const EventRecord& event) { return event.number <= through; });
}

void MemoryStore::Tables::Apply(const DeleteSchemas& removal) {
  std::erase_if(schemas,
                [&](const auto& entry) { return entry.first.first == removal.artifact_sha256; });
}

std::optional<Job> MemoryStore::FindJob(const JobId& id) {
  MutexLock lock(mu_);
  const auto found = tables_.jobs.find(id);
  if (found == tables_.jobs.end()) return std::nullopt;
  return found->second;
}

JobPage MemoryStore::ListJobs(const JobQuery& query) {
  MutexLock lock(mu_);
  const std::optional<std::string> below = PositionBelowLocked(query);
  const JobMatcher matcher(query.filter);
  JobPage page;
  std::int64_t total = 0;
  std::int64_t place = 0;
  const auto by_position = ByPositionLocked();
  for (auto entry = by_position.rbegin(); entry != by_position.rend(); ++entry) {
    const auto& [position, job] = *entry;
    if (!Matches(*job, query, matcher)) continue;
    ++total;
    if (below && position >= *below) continue;
    if (place >= query.offset && place < query.offset + query.limit) page.jobs.push_back(*job);
    ++place;
  }
  if (query.filter.IsEmpty()) {
    page.total = total;
  } else if (place > query.offset + query.limit) {
    page.next = page.jobs.back().id;
    page.scanned_to = page.jobs.back().created;
  }
  return page;
}

std::vector<JobStep> MemoryStore::JobCourse(const JobId& id) {
  MutexLock lock(mu_);
  const auto job = tables_.jobs.find(id);
  if (job == tables_.jobs.end()) return {};
  const auto course = tables_.courses.find(id);
  return CourseOf(job->second,
                  course == tables_.courses.end() ? std::vector<JobStep>() : course->second);
}

std::map<std::string, const Job*> MemoryStore::ByPositionLocked() const {
  std::map<std::string, const Job*> by_position;
  for (const auto& [id, job] : tables_.jobs) by_position[PositionOf(id, job.created)] = &job;
  return by_position;
}

std::optional<std::string> MemoryStore::PositionBelowLocked(const JobQuery& query) const {
  if (!query.before) return std::nullopt;
  const auto found = tables_.jobs.find(*query.before);
  if (found != tables_.jobs.end()) return PositionOf(found->first, found->second.created);
  const std::string position = PositionOf(*query.before, WallTime());
  return position == query.before->value ? position : std::string();
}

std::vector<Job> MemoryStore::UnfinishedJobs() {
  MutexLock lock(mu_);
  std::vector<Job> jobs;
  for (const auto& [position, job] : ByPositionLocked()) {
    if (!IsTerminal(job->state)) jobs.push_back(*job);
  }
  return jobs;
}

std::vector<ContextConfig> MemoryStore::Contexts() {
  MutexLock lock(mu_);
  return ValuesOf(tables_.contexts);
}

std::vector<FunctionConfig> MemoryStore::Functions() {
  MutexLock lock(mu_);
  return ValuesOf(tables_.functions);
}

std::vector<StoredArtifact> MemoryStore::Artifacts() {
  MutexLock lock(mu_);
  return ValuesOf(tables_.artifacts);
}

std::vector<EventRecord> MemoryStore::EventsAfter(EventNumber after, std::size_t limit) {
  MutexLock lock(mu_);
  std::vector<EventRecord> found;
  for (const EventRecord& event : tables_.events) {
    if (event.number > after && found.size() < limit) found.push_back(event);
  }
  return found;
}

EndedJobs MemoryStore::EndedJobsAfter(const std::string& through, std::size_t limit) {
  MutexLock lock(mu_);
  EndedJobs found;
  for (const auto& [position, job] : ByPositionLocked()) {
    if (position <= through || !IsTerminal(job->state)) continue;
    found.jobs.push_back(*job);
    if (found.jobs.size() < limit) continue;
    found.through = position;
    return found;
  }
  return found;
}

std::vector<EventBatch> MemoryStore::EventBatchesAfter(EventNumber after, std::size_t limit) {
  MutexLock lock(mu_);
  std::vector<EventBatch> found;
  for (const EventBatch& batch : tables_.event_batches) {
    if (batch.last > after && found.size() < limit) found.push_back(batch);
  }
  return found;
}

std::vector<KeyedJob> MemoryStore::JobsWithKeyAfter(const std::string& key, std::size_t limit) {
  MutexLock lock(mu_);
  std::map<std::string, KeyedJob> by_key;
  for (const auto& [id, job] : tables_.jobs) {
    if (!job.request_key || *job.request_key <= key) continue;
    by_key[*job.request_key] = {id, *job.request_key, job.created, IsTerminal(job.state)};
  }
  std::vector<KeyedJob> found = ValuesOf(by_key);
  if (found.size() > limit) found.resize(limit);
  return found;
}

std::vector<std::string> MemoryStore::ContentsInUse() {
  std::set<std::string> contents;
  for (const Job& job : UnfinishedJobs()) contents.insert(job.call.artifact_sha256);
  return {contents.begin(), contents.end()};
}

StoreSize MemoryStore::Size() {
  MutexLock lock(mu_);
  StoreSize size;
  for (const auto& [id, job] : tables_.jobs) size.ended_jobs += IsTerminal(job.state) ? 1 : 0;
  return size;
}

EventNumber MemoryStore::LastEvent() {
  MutexLock lock(mu_);
  return tables_.events.empty() ? 0 : tables_.events.back().number;
}

std::optional<FunctionSchema> MemoryStore::FindSchema(const std::string& artifact_sha256,
                                                      const std::string& class_name) {
  MutexLock lock(mu_);
  const auto found = tables_.schemas.find({artifact_sha256, class_name});
  if (found == tables_.schemas.end()) return std::nullopt;
  return found->second;
}

std::vector<StoredWorker> MemoryStore::Workers() {
  MutexLock lock(mu_);
  return ValuesOf(tables_.workers);
}

std::vector<FailedStarts> MemoryStore::FailingContexts() {
  MutexLock lock(mu_);
  return ValuesOf(tables_.failed_starts);
}

std::optional<Job> MemoryStore::FindJobByKey(const std::string& request_key) {
  MutexLock lock(mu_);
  const Job* found = tables_.FindByKey(request_key);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<EventNumber> MemoryStore::SinkCursor(const std::string& sink) {
  MutexLock lock(mu_);
  const auto found = tables_.sink_cursors.find(sink);
  if (found == tables_.sink_cursors.end()) return std::nullopt;
  return found->second;
}

}  // namespace mist::testing
