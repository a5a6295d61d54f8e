#include "tests/support/memory_store.h"

#include <algorithm>

#include "master/broker/job_state.h"

namespace mist::testing {
namespace {

template <typename Map>
auto ValuesOf(const Map& map) {
  std::vector<typename Map::mapped_type> values;
  for (const auto& [key, value] : map) values.push_back(value);
  return values;
}

bool Matches(const Job& job, const JobQuery& query) {
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
  if (!jobs.emplace(insert.job.id, insert.job).second) {
    throw Error(ErrorCode::kInternal, "store: job " + insert.job.id.value + " exists already");
  }
}

void MemoryStore::Tables::Apply(const MoveJob& move) {
  Job& job = Expect(move.id, move.from);
  job.state = move.to;
  job.attempt = move.attempt;
  if (move.worker) job.worker = move.worker;
  if (move.started) job.started = move.started;
  if (move.ended) job.ended = move.ended;
  if (move.result) job.result = move.result;
}

void MemoryStore::Tables::Apply(const AssignWorker& assignment) {
  Job& job = Expect(assignment.id, assignment.state);
  job.attempt = assignment.attempt;
  job.worker = assignment.worker;
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

std::optional<Job> MemoryStore::FindJob(const JobId& id) {
  MutexLock lock(mu_);
  const auto found = tables_.jobs.find(id);
  if (found == tables_.jobs.end()) return std::nullopt;
  return found->second;
}

JobPage MemoryStore::ListJobs(const JobQuery& query) {
  MutexLock lock(mu_);
  JobPage page;
  std::int64_t position = 0;
  for (auto job = tables_.jobs.rbegin(); job != tables_.jobs.rend(); ++job) {
    if (!Matches(job->second, query)) continue;
    ++page.total;
    if (query.before && job->first >= *query.before) continue;
    if (position >= query.offset && position < query.offset + query.limit) {
      page.jobs.push_back(job->second);
    }
    ++position;
  }
  return page;
}

std::vector<Job> MemoryStore::UnfinishedJobs() {
  MutexLock lock(mu_);
  std::vector<Job> jobs;
  for (const auto& [id, job] : tables_.jobs) {
    if (!IsTerminal(job.state)) jobs.push_back(job);
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

std::optional<FunctionSchema> MemoryStore::FindSchema(const std::string& artifact_sha256,
                                                      const std::string& class_name) {
  MutexLock lock(mu_);
  const auto found = tables_.schemas.find({artifact_sha256, class_name});
  if (found == tables_.schemas.end()) return std::nullopt;
  return found->second;
}

}  // namespace mist::testing
