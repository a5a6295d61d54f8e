#include "tests/unit/master/services/fake_broker.h"

namespace mist::testing {

void FakeBroker::Post(Input input) {
  {
    MutexLock lock(mu_);
    inputs_.push_back(input);
  }
  if (script_) script_(input);
}

std::vector<Input> FakeBroker::Inputs() const {
  MutexLock lock(mu_);
  return inputs_;
}

std::shared_ptr<const Job> Ended(Job job, JobState state, const std::string& result) {
  job.state = state;
  if (!result.empty()) job.result = JsonText{result};
  return std::make_shared<const Job>(std::move(job));
}

}  // namespace mist::testing
