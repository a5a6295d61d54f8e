#include "master/store/store_check.h"

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "master/store/sqlite_connection.h"
#include "master/store/sqlite_store.h"
#include "tests/support/jobs.h"
#include "tests/support/temp_folder.h"

namespace mist::testing {
namespace {

class StoreCheckTest : public ::testing::Test {
 protected:
  void Write(std::vector<Mutation> batch) { OpenSqliteStore({file_})->Write(std::move(batch)); }

  void RunSql(const std::string& sql) {
    SqliteConnection(file_, SqliteConnection::Mode::kReadWrite).Execute(sql.c_str());
  }

  CheckedStore Check() {
    findings_.clear();
    return CheckDatabase(file_, [this](const StoreFinding& finding) {
      findings_.push_back(finding.what);
      EXPECT_FALSE(finding.remedy.empty());
    });
  }

  const TempFolder folder_;
  const std::filesystem::path file_ = folder_.Path() / "mist.db";
  std::vector<std::string> findings_;
};

TEST_F(StoreCheckTest, TellsWhatAWholeStoreHolds) {
  Job ended = MakeJob();
  ended.state = JobState::kFinished;
  Job waiting = MakeJob();
  waiting.call.artifact_sha256 = std::string(64, 'c');
  Write({InsertJob{ended}, InsertJob{waiting}, SaveFunction{{{"f"}, "a.jar", "Foo$", {"c"}}},
         SaveArtifact{"a.jar", "1", "2", 3, {}}});
  const CheckedStore checked = Check();
  EXPECT_EQ(findings_, std::vector<std::string>{});
  EXPECT_TRUE(checked.rows_checked);
  EXPECT_EQ(checked.jobs, 2);
  EXPECT_EQ(checked.unfinished_jobs, 1);
  EXPECT_EQ(checked.functions, 1);
  EXPECT_EQ(checked.contexts, 0);
  ASSERT_EQ(checked.artifacts.size(), 1U);
  EXPECT_EQ(checked.artifacts[0].sha256, "2");
  EXPECT_EQ(checked.unfinished_contents, std::vector<std::string>{std::string(64, 'c')});
}

TEST_F(StoreCheckTest, ReadsAStoreThatIsOpen) {
  const auto store = OpenSqliteStore({file_});
  store->Write({InsertJob{MakeJob()}});
  EXPECT_EQ(Check().jobs, 1);
  EXPECT_TRUE(findings_.empty());
}

TEST_F(StoreCheckTest, NamesEachDamagedJobAndCountsTheOthers) {
  const Job damaged = MakeJob();
  Write({InsertJob{MakeJob()}, InsertJob{damaged}});
  RunSql("UPDATE job SET arguments = '{}' WHERE id = '" + damaged.id.value + "'");
  EXPECT_EQ(Check().jobs, 1);
  ASSERT_EQ(findings_.size(), 1U);
  EXPECT_NE(findings_[0].find(damaged.id.value), std::string::npos);
}

TEST_F(StoreCheckTest, FindsWrongTotals) {
  Write({InsertJob{MakeJob()}});
  RunSql("UPDATE job_count SET total = total + 1");
  Check();
  EXPECT_EQ(findings_.size(), 1U);
}

TEST_F(StoreCheckTest, FindsDamagedEvents) {
  Write({AppendEvents{{{1, JobEvent::Kind::kStarted, {}, {"j"}, {}}}}});
  RunSql("UPDATE event_batch SET events = ''");
  Check();
  EXPECT_EQ(findings_.size(), 1U);
}

TEST_F(StoreCheckTest, NamesDamagedRowsOfEveryTable) {
  ContextConfig context;
  context.name = {"c"};
  Write({SaveContext{context}, SaveFunction{{{"f"}, "a.jar", "Foo$", {"c"}}},
         SaveArtifact{"a.jar", "1", "2", 3, {}}, SaveSchema{"2", "Foo$", {}},
         SaveSinkCursor{"kafka", 7}, SaveFailedStarts{{{"c"}, 1, false, {}, {}, {}, "no"}}});
  for (const char* table :
       {"context", "function", "artifact", "argument_schema", "sink_cursor", "failed_starts"}) {
    RunSql(std::string("UPDATE ") + table + " SET checksum = checksum + 1");
  }
  Check();
  EXPECT_EQ(findings_.size(), 6U);
}

TEST_F(StoreCheckTest, FindsAnIndexThatLacksARow) {
  Write({InsertJob{MakeJob()}});
  RunSql(
      "PRAGMA writable_schema = ON; "
      "DELETE FROM sqlite_schema WHERE name = 'job_by_state'");
  RunSql("CREATE TABLE scratch (x)");
  Check();
  EXPECT_FALSE(findings_.empty());
}

TEST_F(StoreCheckTest, FindsADamagedTrigger) {
  Write({InsertJob{MakeJob()}});
  RunSql(
      "PRAGMA writable_schema = ON; "
      "UPDATE sqlite_schema SET sql = replace(sql, 'total', 'totan') WHERE type = 'trigger'");
  Check();
  EXPECT_EQ(findings_.size(), 1U);
}

TEST_F(StoreCheckTest, SaysThatRowsOfAnOlderVersionWereNotChecked) {
  Write({InsertJob{MakeJob()}});
  RunSql("DELETE FROM schema_version WHERE version > 1");
  const CheckedStore checked = Check();
  EXPECT_FALSE(checked.rows_checked);
  EXPECT_TRUE(checked.is_older);
  EXPECT_TRUE(findings_.empty());
}

TEST_F(StoreCheckTest, AFileThatIsNoDatabaseIsDamagedAndNotOld) {
  std::ofstream(file_) << std::string(8192, 'x');
  const CheckedStore checked = Check();
  EXPECT_FALSE(checked.rows_checked);
  EXPECT_FALSE(checked.is_older);
  EXPECT_EQ(findings_.size(), 1U);
}

TEST_F(StoreCheckTest, OpeningADamagedFileNamesItAndTheWayOut) {
  std::ofstream(file_) << std::string(8192, 'x');
  try {
    (void)OpenSqliteStore({file_});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kCorrupt);
    const std::string text = error.what();
    EXPECT_TRUE(text.starts_with("store: " + file_.string() + ": ")) << text;
    EXPECT_NE(text.find("file is not a database"), std::string::npos) << text;
    EXPECT_NE(text.find("mist-master restore"), std::string::npos) << text;
  }
}

TEST_F(StoreCheckTest, RefusesTheFileOfANewerVersion) {
  Write({});
  RunSql("INSERT INTO schema_version VALUES (1000)");
  EXPECT_THROW(Check(), Error);
}

}  // namespace
}  // namespace mist::testing
