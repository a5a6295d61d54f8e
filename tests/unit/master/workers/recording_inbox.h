// A broker's inbox that keeps what is posted, for tests that wait for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "master/broker/inbox.h"

namespace mist::testing {

class RecordingInbox : public BrokerInbox {
 public:
  void Post(Input input) override {
    if (auto* logged = std::get_if<JobLogged>(&input); logged != nullptr && !hold_logs_)
      logged->batch.written();
    if (const auto* reports = std::get_if<ReportsReceived>(&input); reports && on_reports_)
      on_reports_(*reports);
    std::lock_guard lock(mu_);
    inputs_.push_back(std::move(input));
    arrived_.notify_all();
  }

  // Log batches stay unwritten; before anything is posted.
  void HoldLogs() { hold_logs_ = true; }

  // In place of a broker, which says when reports are durable; before anything is posted.
  void OnReports(std::function<void(const ReportsReceived&)> on_reports) {
    on_reports_ = std::move(on_reports);
  }

  // The next input of this type after those that earlier calls returned. nullopt: it did not come
  // within half a minute.
  template <typename T>
  std::optional<T> Next() {
    std::unique_lock lock(mu_);
    std::size_t& seen = seen_[Input(T{}).index()];
    std::optional<T> found;
    arrived_.wait_for(lock, std::chrono::seconds(30), [&] {
      for (std::size_t count = 0; const Input& input : inputs_) {
        const T* typed = std::get_if<T>(&input);
        if (typed == nullptr || count++ < seen) continue;
        ++seen;
        found = *typed;
        return true;
      }
      return false;
    });
    return found;
  }

  template <typename T>
  std::size_t Count() const {
    std::lock_guard lock(mu_);
    std::size_t count = 0;
    for (const Input& input : inputs_) count += std::holds_alternative<T>(input) ? 1 : 0;
    return count;
  }

 private:
  mutable std::mutex mu_;
  std::condition_variable arrived_;
  std::vector<Input> inputs_;
  std::map<std::size_t, std::size_t> seen_;  // by the input's index
  bool hold_logs_ = false;
  std::function<void(const ReportsReceived&)> on_reports_;
};

}  // namespace mist::testing
