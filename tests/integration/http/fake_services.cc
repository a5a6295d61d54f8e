#include "tests/integration/http/fake_services.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "master/broker/job_state.h"

namespace mist::http {
namespace {

constexpr char kPi[] = "3.140000000000000000001";
constexpr char kTwoLines[] =
    R"json("java.lang.RuntimeException: broken\n\tat Broken.main(Broken.java:1)")json";

std::optional<Refusal> RefusalOf(const StartJob& request) {
  using Kind = Refusal::Kind;
  const std::string& function = request.function.value;
  if (function == "crash") throw Error(ErrorCode::kIo, "reading /secret/place/mist.db failed");
  if (function == "busy") return Refusal{Kind::kBusy, "The queue of context default is full", ""};
  if (function == "closing") return Refusal{Kind::kUnavailable, "The master is stopping", ""};
  if (function == "full") return Refusal{Kind::kDiskFull, "No space left for the job", ""};
  const bool known = function == "pi" || function == "broken" || function == "waiting";
  if (!known) return Refusal{Kind::kNotFound, "", ""};
  if (request.arguments.value.find("\"samples\":\"many\"") != std::string::npos) {
    return Refusal{Kind::kInvalid, "Invalid field samples:Invalid type: expected Int, got many",
                   "java.lang.IllegalArgumentException"};
  }
  return std::nullopt;
}

}  // namespace

// ---- jobs -------------------------------------------------------------------------------------

Outcome<JobId> FakeJobs::Start(StartJob request) {
  return Accept(std::move(request));
}

std::vector<Outcome<JobId>> FakeJobs::StartAll(std::vector<StartJob> requests) {
  std::vector<Outcome<JobId>> outcomes;
  for (StartJob& request : requests) outcomes.push_back(Accept(std::move(request)));
  return outcomes;
}

Outcome<JobId> FakeJobs::Accept(StartJob request) {
  if (auto refusal = RefusalOf(request)) return *refusal;
  MutexLock lock(mu_);
  last_start_ = request;
  Job job;
  job.id = {NewUuid7(std::chrono::system_clock::now())};
  job.call.function = request.function;
  job.call.artifact_name = "pi.jar";
  job.call.class_name = "Pi$";
  job.context = request.context.value_or(ContextName{kDefaultContext});
  job.arguments = request.arguments;
  job.external_id = request.external_id;
  job.created = FromEpochMillis(1540000000000);
  job.state = JobState::kStarted;
  job.started = FromEpochMillis(1540000000123);
  job.worker = WorkerId{"w1"};
  if (request.function.value == "pi") EndLocked(job, JobState::kFinished, kPi);
  if (request.function.value == "broken") EndLocked(job, JobState::kFailed, kTwoLines);
  jobs_[job.id] = job;
  return job.id;
}

void FakeJobs::EndLocked(Job& job, JobState state, std::string result) {
  job.state = state;
  job.ended = FromEpochMillis(1540000001000);
  if (!result.empty()) job.result = JsonText{std::move(result)};
}

Outcome<EndedJob> FakeJobs::StartAndWait(StartJob request) {
  const Outcome<JobId> accepted = Accept(std::move(request));
  if (const Refusal* refusal = std::get_if<Refusal>(&accepted)) return *refusal;
  return AwaitEnd(std::get<JobId>(accepted));
}

Outcome<EndedJob> FakeJobs::AwaitEnd(const JobId& id) {
  MutexLock lock(mu_);
  if (!jobs_.contains(id)) return Refusal{Refusal::Kind::kNotFound, "", ""};
  ++callers_;
  changed_.NotifyAll();
  changed_.Wait(mu_, [&]() REQUIRES(mu_) { return released_ || IsTerminal(jobs_.at(id).state); });
  --callers_;
  Job& job = jobs_.at(id);
  if (!IsTerminal(job.state)) EndLocked(job, JobState::kFinished, "{}");
  return EndedJob{std::make_shared<Job>(job), "user request"};
}

Outcome<EndedJob> FakeJobs::Cancel(const JobId& id) {
  MutexLock lock(mu_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return Refusal{Refusal::Kind::kNotFound, "", ""};
  if (!IsTerminal(found->second.state)) EndLocked(found->second, JobState::kCancelled, "");
  changed_.NotifyAll();
  return EndedJob{std::make_shared<Job>(found->second), "user request"};
}

std::optional<Job> FakeJobs::Find(const JobId& id) {
  MutexLock lock(mu_);
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? std::nullopt : std::optional<Job>(found->second);
}

std::optional<Job> FakeJobs::FindEnded(const JobId& id, Timeout limit) {
  MutexLock lock(mu_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return std::nullopt;
  ++callers_;
  changed_.NotifyAll();
  changed_.WaitUntil(mu_, SystemClock().Mono() + std::chrono::ceil<Millis>(*limit),
                     [&]() REQUIRES(mu_) { return IsTerminal(found->second.state); });
  --callers_;
  return found->second;
}

JobPage FakeJobs::List(const JobQuery& query) {
  MutexLock lock(mu_);
  JobPage page;
  std::vector<Job> all;
  for (auto item = jobs_.rbegin(); item != jobs_.rend(); ++item) {
    const Job& job = item->second;
    const bool state_fits =
        query.states.empty() || std::count(query.states.begin(), query.states.end(), job.state) > 0;
    if (state_fits && (!query.function || *query.function == job.call.function)) all.push_back(job);
  }
  const std::int64_t total = std::ssize(all);
  const auto first = std::min(query.offset, total);
  const auto last = std::min(first + query.limit, total);
  page.total = total;
  page.jobs.assign(all.begin() + first, all.begin() + last);
  return page;
}

void FakeJobs::Release() {
  MutexLock lock(mu_);
  released_ = true;
  changed_.NotifyAll();
}

void FakeJobs::AwaitCallers(int count) {
  MutexLock lock(mu_);
  changed_.Wait(mu_, [&]() REQUIRES(mu_) { return callers_ >= count; });
}

StartJob FakeJobs::LastStart() {
  MutexLock lock(mu_);
  return last_start_;
}

// ---- functions --------------------------------------------------------------------------------

namespace {

Function WithSchema(const FunctionConfig& config) {
  const ArgType number{.kind = ArgType::Kind::kInt};
  const ArgType numbers{.kind = ArgType::Kind::kList, .args = {number}};
  return {config, {.arguments = {{"numbers", numbers}}, .tags = {"sql"}}};
}

}  // namespace

FakeFunctions::FakeFunctions() {
  functions_[{"pi"}] = {{"pi"}, "pi.jar", "Pi$", {kDefaultContext}};
}

std::vector<Function> FakeFunctions::List() {
  MutexLock lock(mu_);
  std::vector<Function> all;
  for (const auto& [name, config] : functions_) all.push_back(WithSchema(config));
  return all;
}

Outcome<Function> FakeFunctions::Find(const FunctionName& name) {
  MutexLock lock(mu_);
  const auto found = functions_.find(name);
  if (found == functions_.end()) return Refusal{Refusal::Kind::kNotFound, "", ""};
  return WithSchema(found->second);
}

Outcome<Function> FakeFunctions::Create(FunctionConfig config) {
  MutexLock lock(mu_);
  if (functions_.contains(config.name)) {
    return Refusal{Refusal::Kind::kConflict, "Endpoint " + config.name.value + " already exists",
                   "java.lang.IllegalStateException"};
  }
  if (config.path != "pi.jar") {
    return Refusal{Refusal::Kind::kInvalid, "file should exists by path " + config.path,
                   "java.lang.IllegalArgumentException"};
  }
  functions_[config.name] = config;
  return WithSchema(config);
}

Outcome<Function> FakeFunctions::Update(FunctionConfig config) {
  MutexLock lock(mu_);
  if (!functions_.contains(config.name)) {
    return Refusal{Refusal::Kind::kNotFound, "Endpoint " + config.name.value + " does not exist",
                   "java.lang.IllegalStateException"};
  }
  functions_[config.name] = config;
  return WithSchema(config);
}

Outcome<FunctionConfig> FakeFunctions::Force(FunctionConfig config) {
  MutexLock lock(mu_);
  functions_[config.name] = config;
  return config;
}

Outcome<Function> FakeFunctions::Delete(const FunctionName& name) {
  MutexLock lock(mu_);
  const auto found = functions_.find(name);
  if (found == functions_.end()) return Refusal{Refusal::Kind::kNotFound, "", ""};
  Function function = WithSchema(found->second);
  functions_.erase(found);
  return function;
}

// ---- contexts, workers, status ----------------------------------------------------------------

FakeContexts::FakeContexts() {
  ContextConfig config;
  config.name = {kDefaultContext};
  contexts_[config.name] = config;
}

std::vector<ContextConfig> FakeContexts::List() {
  MutexLock lock(mu_);
  std::vector<ContextConfig> all;
  for (const auto& [name, config] : contexts_) all.push_back(config);
  return all;
}

std::optional<ContextConfig> FakeContexts::Find(const ContextName& name) {
  MutexLock lock(mu_);
  const auto found = contexts_.find(name);
  return found == contexts_.end() ? std::nullopt : std::optional<ContextConfig>(found->second);
}

Outcome<ContextConfig> FakeContexts::Save(ContextConfig config) {
  MutexLock lock(mu_);
  contexts_[config.name] = config;
  return config;
}

Outcome<ContextConfig> FakeContexts::Repair(const ContextName& name) {
  MutexLock lock(mu_);
  const auto found = contexts_.find(name);
  if (found == contexts_.end()) return Refusal{Refusal::Kind::kNotFound, "", ""};
  ++repairs_;
  return found->second;
}

Outcome<ContextConfig> FakeContexts::Update(ContextConfig config) {
  return Save(std::move(config));
}

Outcome<ContextConfig> FakeContexts::Delete(const ContextName& name) {
  MutexLock lock(mu_);
  const auto found = contexts_.find(name);
  if (found == contexts_.end() || name.value == kDefaultContext) {
    return Refusal{Refusal::Kind::kNotFound, "", ""};
  }
  ContextConfig config = found->second;
  contexts_.erase(found);
  return config;
}

std::vector<WorkerInfo> FakeWorkers::List() {
  ContextConfig config;
  config.name = {kDefaultContext};
  config.spark_conf = {{"spark.master", "local[2]"}};
  return {{{"w1"}, config.name, "127.0.0.1:41233", "http://127.0.0.1:4040", config}};
}

std::optional<WorkerInfo> FakeWorkers::Find(const WorkerId& id) {
  return id.value == "w1" ? std::optional<WorkerInfo>(List().front()) : std::nullopt;
}

MasterStatus FakeStatus::Status() {
  return {.version = "2.0.0",
          .spark_version = "4.0.1",
          .java_version = "17.0.12",
          .started = FromEpochMillis(1540000000123),
          .accepting_jobs = accepting_,
          .store_healthy = true};
}

}  // namespace mist::http
