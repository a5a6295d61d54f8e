// The power fails at a random sync of a store that is being written to. What was acknowledged by
// then must be in what is left on the disk.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "master/store/sqlite_store.h"
#include "master/store/store_check.h"
#include "tests/faults/store/power_vfs.h"
#include "tests/faults/store/rounds.h"
#include "tests/support/jobs.h"
#include "tests/support/temp_folder.h"

namespace mist::testing {
namespace {

constexpr int kImages = 200;
constexpr int kPlantedImages = 20;
constexpr int kBatchesInALife = 12;  // then the store is closed, which copies its log, or killed

// What the store has acknowledged.
class Ledger {
 public:
  void Acknowledge(const Job& job) {
    const std::lock_guard lock(mutex_);
    jobs_.insert_or_assign(job.id, job);
  }
  std::map<JobId, Job> Jobs() const {
    const std::lock_guard lock(mutex_);
    return jobs_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<JobId, Job> jobs_;
};

// One power cut: a store lives some lives and loses its power at the n-th sync point of the last.
class PowerCut {
 public:
  explicit PowerCut(std::uint64_t seed) : random_(seed), cut_at_(1 + random_() % 60) {
    WatchFolder(disk_.Path());
    OnSyncPoint([this] { Pass(); });
  }
  ~PowerCut() {
    OnSyncPoint({});
    WatchFolder({});
  }
  PowerCut(const PowerCut&) = delete;
  PowerCut& operator=(const PowerCut&) = delete;

  // What is wrong afterwards; empty: nothing.
  std::string Run() {
    while (!is_cut_) Live();
    OnSyncPoint({});
    return WhatIsMissing();
  }

 private:
  void Live() {
    const std::unique_ptr<Store> store = OpenSqliteStore({disk_.Path() / "mist.db"});
    for (int i = 0; i < kBatchesInALife && !is_cut_; ++i) WriteSome(*store);
  }

  void WriteSome(Store& store) {
    std::vector<Job> jobs;
    std::vector<Mutation> batch;
    for (std::uint64_t i = 0; i <= random_() % 3; ++i) {
      Job job = MakeJob();
      job.arguments.value = '"' + std::string(random_() % 30'000, 'x') + '"';
      batch.push_back(InsertJob{job});
      jobs.push_back(std::move(job));
    }
    const std::map<JobId, Job> known = ledger_.Jobs();
    if (!known.empty()) {
      Job job = std::next(known.begin(), static_cast<long>(random_() % known.size()))->second;
      if (job.state == JobState::kQueued) {
        batch.push_back(
            MoveJob{job.id, JobState::kQueued, JobState::kFinished, 1, {}, {}, {}, JsonText{"1"}});
        job.state = JobState::kFinished;
        job.attempt = 1;
        job.result = JsonText{"1"};
        jobs.push_back(std::move(job));
      }
    }
    const EventRecord event{++last_event_, JobEvent::Kind::kQueued, {}, jobs[0].id, {}};
    batch.emplace_back(AppendEvents{{event}});
    store.Write(std::move(batch));
    for (const Job& job : jobs) ledger_.Acknowledge(job);
  }

  // On the thread that syncs.
  void Pass() {
    if (is_cut_) return;
    if (++passed_ < cut_at_) {
      if (passed_ % 4 == 0) earlier_mark_ = Mark();
      return;
    }
    is_cut_ = true;
    acknowledged_ = ledger_.Jobs();
    WriteAfterPowerCut(left_.Path(), random_for_disk_);
    LeaveMark();
  }

  // Nobody syncs it: what is left is as it was last, or as it was at some earlier moment, or torn.
  void LeaveMark() {
    std::string mark = Mark();
    const std::uint64_t kept = random_for_disk_() % 4;
    if (kept == 0) mark = earlier_mark_;
    if (kept == 1) mark.resize(std::min<std::size_t>(mark.size(), random_for_disk_() % 40));
    if (!mark.empty()) std::ofstream(left_.Path() / "mist.db-mark", std::ios::binary) << mark;
  }

  std::string Mark() const {
    std::ifstream stream(disk_.Path() / "mist.db-mark", std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  std::string WhatIsMissing() {
    std::string wrong;
    const std::filesystem::path file = left_.Path() / "mist.db";
    try {
      if (!std::filesystem::exists(file)) {
        return acknowledged_.empty() ? "" : "the database is gone";
      }
      const std::unique_ptr<Store> store = OpenSqliteStore({file});
      for (const auto& [id, job] : acknowledged_) {
        const std::optional<Job> found = store->FindJob(id);
        if (!found) {
          wrong += "job " + id.value + " is missing; ";
        } else if (*found != job && found->state != JobState::kFinished) {
          wrong += "job " + id.value + " is not as it was acknowledged; ";
        }
      }
      store->Write({InsertJob{MakeJob()}});
      CheckDatabase(file, [&](const StoreFinding& finding) { wrong += finding.what + "; "; });
    } catch (const Error& error) {
      wrong += error.what();
    }
    return wrong;
  }

  TempFolder disk_;
  TempFolder left_;
  std::mt19937_64 random_;
  std::mt19937_64 random_for_disk_{random_()};
  const std::uint64_t cut_at_;
  Ledger ledger_;
  std::uint64_t passed_ = 0;
  std::string earlier_mark_;
  EventNumber last_event_ = 0;
  std::atomic<bool> is_cut_ = false;
  std::map<JobId, Job> acknowledged_;
};

class PowerLossTest : public ::testing::Test {
 protected:
  PowerLossTest() { InstallPowerVfs(); }
  ~PowerLossTest() override { IgnoreSyncs(false); }
};

TEST_F(PowerLossTest, LosesNoAcknowledgedJob) {
  const int images = FaultRounds(kImages);
  std::cout << "power loss: " << images << " images, seeds from " << FaultSeed() << '\n';
  for (int i = 0; i < images; ++i) {
    const std::uint64_t seed = FaultSeed() + static_cast<std::uint64_t>(i);
    ASSERT_EQ(PowerCut(seed).Run(), "")
        << "repeat with MIST_FAULT_SEED=" << seed << " MIST_FAULT_ROUNDS=1";
  }
}

TEST_F(PowerLossTest, FindsAStoreThatDoesNotSync) {
  IgnoreSyncs(true);
  for (int i = 0; i < kPlantedImages; ++i) {
    const std::string wrong = PowerCut(FaultSeed() + static_cast<std::uint64_t>(i)).Run();
    if (wrong.empty()) continue;
    std::cout << "found by image " << i + 1 << ": " << wrong.substr(0, 120) << '\n';
    return;
  }
  FAIL() << kPlantedImages << " images did not show that nothing was synced";
}

}  // namespace
}  // namespace mist::testing
