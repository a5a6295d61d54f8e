// The SQLite store on a disk that fails.
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "master/store/sqlite_store.h"
#include "tests/support/jobs.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/master/store/fault_vfs.h"

namespace mist::testing {
namespace {

class SqliteFaultsTest : public ::testing::Test {
 protected:
  SqliteFaultsTest() {
    InstallFaultVfs();
    Reopen();
  }
  ~SqliteFaultsTest() override { SetDiskFault(DiskFault::kNone); }

  void Reopen() {
    store_.reset();
    store_ = OpenSqliteStore({folder_.Path() / "mist.db"});
  }

  std::optional<ErrorCode> Write(std::vector<Mutation> batch) {
    try {
      store_->Write(std::move(batch));
      return std::nullopt;
    } catch (const Error& error) {
      return error.Code();
    }
  }

  TempFolder folder_;
  std::unique_ptr<Store> store_;
};

MoveJob StartOf(const JobId& id) {
  MoveJob move;
  move.id = id;
  move.from = JobState::kQueued;
  move.to = JobState::kStarted;
  return move;
}

TEST_F(SqliteFaultsTest, SyncsBeforeItReportsABatchDurable) {
  const std::int64_t before = SyncCount();
  store_->Write({InsertJob{MakeJob()}});
  EXPECT_GT(SyncCount(), before);
}

TEST_F(SqliteFaultsTest, SyncsOnceForACommitAlsoWhenTheLogIsLong) {
  constexpr int kCommits = 200;
  Job large = MakeJob();
  large.arguments.value =
      "{\"text\":\"" + std::string(20 << 20, 'x') + "\"}";  // a checkpoint is due
  store_->Write({InsertJob{std::move(large)}});

  const std::int64_t before = SyncCount();
  for (int i = 0; i < kCommits; ++i) store_->Write({InsertJob{MakeJob()}});
  EXPECT_LT(SyncCount() - before, kCommits + 10);  // ten for the one checkpoint
}

TEST_F(SqliteFaultsTest, SharesSyncsAmongBatchesThatWaitTogether) {
  constexpr int kBatches = 1000;
  const std::int64_t before = SyncCount();
  for (int i = 0; i < kBatches; ++i) store_->Submit({InsertJob{MakeJob()}}, {});
  store_->Write({});
  EXPECT_LT(SyncCount() - before, kBatches / 2);
}

TEST_F(SqliteFaultsTest, RefusesWritesOnAFullDiskAndTakesThemWhenSpaceReturns) {
  const Job job = MakeJob();
  SetDiskFault(DiskFault::kFull);
  EXPECT_EQ(Write({InsertJob{job}}), ErrorCode::kDiskFull);
  EXPECT_TRUE(store_->IsHealthy());
  EXPECT_FALSE(store_->FindJob(job.id));
  SetDiskFault(DiskFault::kNone);
  EXPECT_EQ(Write({InsertJob{job}}), std::nullopt);
  Reopen();
  EXPECT_TRUE(store_->FindJob(job.id));
  EXPECT_EQ(store_->ListJobs({}).total, 1);
}

TEST_F(SqliteFaultsTest, ReadsWhileTheDiskIsFull) {
  const Job job = MakeJob();
  store_->Write({InsertJob{job}});
  SetDiskFault(DiskFault::kFull);
  EXPECT_EQ(Write({InsertJob{MakeJob()}}), ErrorCode::kDiskFull);
  EXPECT_TRUE(store_->FindJob(job.id));
  EXPECT_EQ(store_->ListJobs({}).total, 1);
}

TEST_F(SqliteFaultsTest, OpensOnAFullDiskToBeRead) {
  const Job job = MakeJob();
  store_->Write({InsertJob{job}});
  SetDiskFault(DiskFault::kFull);
  Reopen();
  EXPECT_TRUE(store_->FindJob(job.id));
}

TEST_F(SqliteFaultsTest, DoesNotTakeWritesThatBuildOnALostOneForADisagreement) {
  const Job job = MakeJob();
  SetDiskFault(DiskFault::kFull);
  EXPECT_EQ(Write({InsertJob{job}}), ErrorCode::kDiskFull);
  SetDiskFault(DiskFault::kNone);
  EXPECT_EQ(Write({StartOf(job.id)}), ErrorCode::kDiskFull);
  EXPECT_TRUE(store_->IsHealthy());
  EXPECT_EQ(Write({InsertJob{MakeJob()}}), std::nullopt);
}

TEST_F(SqliteFaultsTest, TakesALostMoveAgain) {
  const Job job = MakeJob();
  store_->Write({InsertJob{job}});
  SetDiskFault(DiskFault::kFull);
  EXPECT_EQ(Write({StartOf(job.id)}), ErrorCode::kDiskFull);
  SetDiskFault(DiskFault::kNone);
  EXPECT_EQ(Write({StartOf(job.id)}), std::nullopt);
  EXPECT_EQ(store_->FindJob(job.id)->state, JobState::kStarted);
}

TEST_F(SqliteFaultsTest, StopsWhenItCannotTellWhatReachedTheDisk) {
  SetDiskFault(DiskFault::kSyncBroken);
  EXPECT_EQ(Write({InsertJob{MakeJob()}}), ErrorCode::kIo);
  EXPECT_FALSE(store_->IsHealthy());
  SetDiskFault(DiskFault::kNone);
  EXPECT_EQ(Write({InsertJob{MakeJob()}}), ErrorCode::kUnavailable);
}

TEST_F(SqliteFaultsTest, OpensAgainAfterItStopped) {
  const Job job = MakeJob();
  store_->Write({InsertJob{job}});
  SetDiskFault(DiskFault::kSyncBroken);
  EXPECT_EQ(Write({InsertJob{MakeJob()}}), ErrorCode::kIo);
  SetDiskFault(DiskFault::kNone);
  Reopen();
  EXPECT_TRUE(store_->FindJob(job.id));
  EXPECT_EQ(Write({InsertJob{MakeJob()}}), std::nullopt);
}

TEST_F(SqliteFaultsTest, LosesNothingThatWasReportedDurableWhileTheDiskFillsAndEmpties) {
  std::vector<JobId> durable;
  std::vector<JobId> refused;
  for (int round = 0; round < 200; ++round) {
    SetDiskFault(round % 3 == 0 ? DiskFault::kFull : DiskFault::kNone);
    Job job = MakeJob();
    const JobId id = job.id;
    (Write({InsertJob{std::move(job)}}) ? refused : durable).push_back(id);
  }
  SetDiskFault(DiskFault::kNone);
  Reopen();
  for (const JobId& id : durable) EXPECT_TRUE(store_->FindJob(id));
  for (const JobId& id : refused) EXPECT_FALSE(store_->FindJob(id));
}

}  // namespace
}  // namespace mist::testing
