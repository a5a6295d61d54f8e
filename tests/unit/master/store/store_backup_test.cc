#include "master/store/store_backup.h"

#include <atomic>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "master/store/sqlite_connection.h"
#include "master/store/sqlite_store.h"
#include "tests/support/jobs.h"
#include "tests/support/temp_folder.h"

namespace mist::testing {
namespace {

using std::filesystem::path;

class StoreBackupTest : public ::testing::Test {
 protected:
  JobId InsertJobInto(const path& file) {
    const Job job = MakeJob();
    OpenSqliteStore({file})->Write({InsertJob{job}});
    return job.id;
  }

  static bool Holds(const path& file, const JobId& id) {
    return OpenSqliteStore({file})->FindJob(id).has_value();
  }

  std::optional<RestoredDatabase> Restore() {
    return RestoreDatabase(backup_, database_, kept_, on_finding_);
  }

  const TempFolder folder_;
  const path database_ = folder_.Path() / "mist.db";
  const path backup_ = folder_.Path() / "backup.db";
  const path kept_ = folder_.Path() / "kept.db";
  int findings_ = 0;
  const OnFinding on_finding_ = [this](const StoreFinding&) { ++findings_; };
};

TEST_F(StoreBackupTest, IsOneFileThatNeedsNoOther) {
  const std::unique_ptr<Store> store = OpenSqliteStore({database_});
  store->Write({InsertJob{MakeJob()}});
  EXPECT_EQ(BackUpDatabase(database_, backup_, on_finding_).jobs, 1);
  std::ifstream file(backup_, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(bytes[18], 1);  // the format's version for writers: no write-ahead log
  for (const char* suffix : {".part", "-wal", "-shm", "-journal"}) {
    EXPECT_FALSE(std::filesystem::exists(backup_.string() + suffix)) << suffix;
  }
}

TEST_F(StoreBackupTest, IsOfOneMomentWhileJobsArrive) {
  const std::unique_ptr<Store> store = OpenSqliteStore({database_});
  std::atomic<bool> done = false;
  std::thread writer([&] {
    while (!done) store->Write({InsertJob{MakeJob()}, InsertJob{MakeJob()}});
  });
  for (int i = 0; i < 10; ++i) {
    const path file = folder_.Path() / ("backup-" + std::to_string(i));
    EXPECT_EQ(BackUpDatabase(database_, file, on_finding_).jobs % 2, 0);
  }
  done = true;
  writer.join();
  EXPECT_EQ(findings_, 0);
}

TEST_F(StoreBackupTest, ReplacesNoFile) {
  InsertJobInto(database_);
  std::ofstream(backup_) << "theirs";
  EXPECT_THROW(BackUpDatabase(database_, backup_, on_finding_), Error);
  EXPECT_EQ(std::filesystem::file_size(backup_), 6U);
}

TEST_F(StoreBackupTest, ComesBackAndKeepsWhatItReplaces) {
  const JobId old = InsertJobInto(database_);
  BackUpDatabase(database_, backup_, on_finding_);
  const JobId later = InsertJobInto(database_);
  const auto restored = Restore();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->kept, kept_);
  EXPECT_EQ(restored->contents.jobs, 1);
  EXPECT_TRUE(Holds(database_, old));
  EXPECT_FALSE(Holds(database_, later));
  EXPECT_TRUE(Holds(kept_, later));
}

// A killed master leaves jobs in the log only.
TEST_F(StoreBackupTest, KeepsWhatOnlyTheWriteAheadLogHolds) {
  InsertJobInto(database_);
  BackUpDatabase(database_, backup_, on_finding_);
  const TempFolder killed;
  const Job later = MakeJob();
  {
    const std::unique_ptr<Store> store = OpenSqliteStore({database_});
    store->Write({InsertJob{later}});
    for (const char* suffix : {"", "-wal"}) {
      std::filesystem::copy_file(database_.string() + suffix,
                                 (killed.Path() / "mist.db").string() + suffix);
    }
  }
  const path kept = killed.Path() / "kept.db";
  ASSERT_TRUE(RestoreDatabase(backup_, killed.Path() / "mist.db", kept, on_finding_));
  EXPECT_FALSE(Holds(killed.Path() / "mist.db", later.id));
  EXPECT_TRUE(Holds(kept, later.id));
}

TEST_F(StoreBackupTest, NeedsNoOldDatabase) {
  const JobId id = InsertJobInto(database_);
  BackUpDatabase(database_, backup_, on_finding_);
  std::filesystem::remove(database_);
  const auto restored = Restore();
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->kept, std::nullopt);
  EXPECT_TRUE(Holds(database_, id));
}

TEST_F(StoreBackupTest, ChangesNothingWhenTheBackupIsDamaged) {
  InsertJobInto(database_);
  BackUpDatabase(database_, backup_, on_finding_);
  SqliteConnection(backup_, SqliteConnection::Mode::kReadWrite)
      .Execute("UPDATE job SET arguments = '[]'");
  const JobId later = InsertJobInto(database_);
  EXPECT_FALSE(Restore());
  EXPECT_EQ(findings_, 1);
  EXPECT_TRUE(Holds(database_, later));
  EXPECT_FALSE(std::filesystem::exists(kept_));
  EXPECT_FALSE(std::filesystem::exists(database_.string() + ".restore"));
}

TEST_F(StoreBackupTest, KeepsADatabaseThatCannotBeRead) {
  const JobId id = InsertJobInto(database_);
  BackUpDatabase(database_, backup_, on_finding_);
  const std::string garbage(8192, 'x');
  std::ofstream(database_, std::ios::trunc) << garbage;
  ASSERT_TRUE(Restore());
  EXPECT_TRUE(Holds(database_, id));
  EXPECT_EQ(std::filesystem::file_size(kept_), garbage.size());
}

}  // namespace
}  // namespace mist::testing
