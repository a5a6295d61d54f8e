// A Store whose calls fail as a test says, in front of one that works: what a disk may do to the
// master, without a disk.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "master/store/store.h"

namespace mist::testing {

enum class StoreFault {
  kIo,       // an I/O error; nothing happened
  kFull,     // no space; nothing happened, and the store goes on
  kBusy,     // somebody else holds the lock; nothing happened
  kApplied,  // it happened, and an I/O error was reported
  kLost,     // writes only: nothing happened, and success was reported; to try the tests with
};

// The k-th call of a method, counted from 1, fails; with `for_ever` all that follow, too.
struct FaultPlan {
  std::string_view method;
  int k = 1;
  StoreFault fault = StoreFault::kIo;
  bool for_ever = false;
};

// As SQLite's: a write that fails in another way than for lack of space ends all writing.
class FaultyStore : public Store {
 public:
  FaultyStore(Store& inner, FaultPlan plan) : inner_(inner), plan_(plan) {}

  static const std::vector<std::string_view>& Methods();
  // Whether the plan's call has come.
  bool WasHit() const EXCLUDES(mu_);

  void Submit(std::vector<Mutation> batch, Done done) override EXCLUDES(mu_);
  std::optional<Job> FindJob(const JobId& id) override {
    return Read("FindJob", [&] { return inner_.FindJob(id); });
  }
  std::optional<Job> FindJobByKey(const std::string& key) override {
    return Read("FindJobByKey", [&] { return inner_.FindJobByKey(key); });
  }
  JobPage ListJobs(const JobQuery& query) override {
    return Read("ListJobs", [&] { return inner_.ListJobs(query); });
  }
  std::vector<JobStep> JobCourse(const JobId& id) override {
    return Read("JobCourse", [&] { return inner_.JobCourse(id); });
  }
  std::vector<Job> UnfinishedJobs() override {
    return Read("UnfinishedJobs", [&] { return inner_.UnfinishedJobs(); });
  }
  std::vector<StoredWorker> Workers() override {
    return Read("Workers", [&] { return inner_.Workers(); });
  }
  std::vector<FailedStarts> FailingContexts() override {
    return Read("FailingContexts", [&] { return inner_.FailingContexts(); });
  }
  std::vector<ContextConfig> Contexts() override {
    return Read("Contexts", [&] { return inner_.Contexts(); });
  }
  std::vector<FunctionConfig> Functions() override {
    return Read("Functions", [&] { return inner_.Functions(); });
  }
  std::vector<StoredArtifact> Artifacts() override {
    return Read("Artifacts", [&] { return inner_.Artifacts(); });
  }
  std::vector<std::string> DamagedNames(NamedTable table) override {
    return Read("DamagedNames", [&] { return inner_.DamagedNames(table); });
  }
  std::optional<FunctionSchema> FindSchema(const std::string& sha256,
                                           const std::string& class_name) override {
    return Read("FindSchema", [&] { return inner_.FindSchema(sha256, class_name); });
  }
  std::vector<EventRecord> EventsAfter(EventNumber after, std::size_t limit) override {
    return Read("EventsAfter", [&] { return inner_.EventsAfter(after, limit); });
  }
  EventNumber LastEvent() override {
    return Read("LastEvent", [&] { return inner_.LastEvent(); });
  }
  std::optional<EventNumber> SinkCursor(const std::string& sink) override {
    return Read("SinkCursor", [&] { return inner_.SinkCursor(sink); });
  }
  EndedJobs EndedJobsAfter(const std::string& through, std::size_t limit) override {
    return Read("EndedJobsAfter", [&] { return inner_.EndedJobsAfter(through, limit); });
  }
  std::vector<EventBatch> EventBatchesAfter(EventNumber after, std::size_t limit) override {
    return Read("EventBatchesAfter", [&] { return inner_.EventBatchesAfter(after, limit); });
  }
  std::vector<KeyedJob> JobsWithKeyAfter(const std::string& key, std::size_t limit) override {
    return Read("JobsWithKeyAfter", [&] { return inner_.JobsWithKeyAfter(key, limit); });
  }
  std::vector<std::string> ContentsInUse() override {
    return Read("ContentsInUse", [&] { return inner_.ContentsInUse(); });
  }
  StoreSize Size() override {
    return Read("Size", [&] { return inner_.Size(); });
  }
  bool IsHealthy() const override EXCLUDES(mu_);

 private:
  // The fault of this call, if it is to fail.
  std::optional<Error> Fault(std::string_view method) EXCLUDES(mu_);

  template <typename Call>
  auto Read(std::string_view method, Call call) -> decltype(call()) {
    if (const std::optional<Error> error = Fault(method)) throw Error(*error);
    return call();
  }

  Store& inner_;
  const FaultPlan plan_;
  mutable Mutex mu_;
  std::map<std::string_view, int> calls_ GUARDED_BY(mu_);
  bool healthy_ GUARDED_BY(mu_) = true;
};

}  // namespace mist::testing
