#include "tests/support/faulty_store.h"

namespace mist::testing {
namespace {

Error ErrorOf(StoreFault fault) {
  switch (fault) {
    case StoreFault::kFull:
      return Error(ErrorCode::kDiskFull, "store: told that the disk is full");
    case StoreFault::kBusy:
      return Error(ErrorCode::kTimeout, "store: told that it is locked");
    case StoreFault::kLost:
    case StoreFault::kIo:
    case StoreFault::kApplied:
      break;
  }
  return Error(ErrorCode::kIo, "store: told to fail");
}

}  // namespace

const std::vector<std::string_view>& FaultyStore::Methods() {
  static const std::vector<std::string_view> methods{
      "Submit",           "FindJob",        "FindJobByKey",   "ListJobs",
      "JobCourse",        "UnfinishedJobs", "Contexts",       "Functions",
      "Artifacts",        "DamagedNames",   "FindSchema",     "EventsAfter",
      "LastEvent",        "SinkCursor",     "EndedJobsAfter", "EventBatchesAfter",
      "JobsWithKeyAfter", "ContentsInUse",  "Size",           "Workers",
      "FailingContexts"};
  return methods;
}

bool FaultyStore::WasHit() const {
  MutexLock lock(mu_);
  const auto calls = calls_.find(plan_.method);
  return calls != calls_.end() && calls->second >= plan_.k;
}

bool FaultyStore::IsHealthy() const {
  MutexLock lock(mu_);
  return healthy_ && inner_.IsHealthy();
}

std::optional<Error> FaultyStore::Fault(std::string_view method) {
  MutexLock lock(mu_);
  const int call = ++calls_[method];
  if (method != plan_.method || call < plan_.k) return std::nullopt;
  if (call > plan_.k && !plan_.for_ever) return std::nullopt;
  return ErrorOf(plan_.fault);
}

void FaultyStore::Submit(std::vector<Mutation> batch, Done done) {
  if (!IsHealthy()) {
    const Error stopped(ErrorCode::kUnavailable, "store: stopped after a failure");
    if (done) done(&stopped);
    return;
  }
  const std::optional<Error> fault = Fault("Submit");
  if (!fault) return inner_.Submit(std::move(batch), std::move(done));
  if (plan_.fault == StoreFault::kLost) {
    if (done) done(nullptr);
    return;
  }
  if (plan_.fault != StoreFault::kFull) {
    MutexLock lock(mu_);
    healthy_ = false;
  }
  if (plan_.fault != StoreFault::kApplied) {
    if (done) done(&*fault);
    return;
  }
  inner_.Submit(std::move(batch), [done = std::move(done), error = *fault](const Error*) {
    if (done) done(&error);
  });
}

}  // namespace mist::testing
