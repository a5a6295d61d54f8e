// A broker that records its inputs and answers as a test tells it to.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "master/broker/inbox.h"
#include "master/services/caller_table.h"

namespace mist::testing {

class FakeBroker : public BrokerInbox {
 public:
  // Runs on the thread that posts, before Post() returns.
  using Script = std::function<void(const Input& input)>;

  void Post(Input input) override EXCLUDES(mu_);
  void SetScript(Script script) { script_ = std::move(script); }

  std::vector<Input> Inputs() const EXCLUDES(mu_);

  template <typename Wanted>
  std::vector<Wanted> InputsOf() const {
    std::vector<Wanted> wanted;
    for (const Input& input : Inputs()) {
      if (const auto* match = std::get_if<Wanted>(&input)) wanted.push_back(*match);
    }
    return wanted;
  }

 private:
  Script script_;  // set before other threads post
  mutable Mutex mu_;
  std::vector<Input> inputs_ GUARDED_BY(mu_);
};

// The job as it is when it has ended in that state.
std::shared_ptr<const Job> Ended(Job job, JobState state, const std::string& result = "");

}  // namespace mist::testing
