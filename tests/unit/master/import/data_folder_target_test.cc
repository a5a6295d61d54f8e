#include "master/import/data_folder_target.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "master/store/sqlite_store.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/master/import/old_files.h"

namespace mist::testing {
namespace {

using enum ImportOutcome;

class DataFolderTargetTest : public ::testing::Test {
 protected:
  DataFolderTarget Open(Overwrite overwrite = Overwrite::kNo) {
    return DataFolderTarget({.data_folder = data_,
                             .database_file = data_ / "mist.db",
                             .log_folder = folder_.Path() / "logs",
                             .artifacts = {.folder = data_ / "artifacts", .max_artifact_bytes = 10},
                             .overwrite = overwrite});
  }

  static ImportedJob MakeJob(const JobRow& row, WallTime now = WallTime()) {
    return std::get<ImportedJob>(ToJob(row, now));
  }

  std::filesystem::path Artifact(const std::string& text) {
    WriteFile(folder_.Path() / "old", text);
    return folder_.Path() / "old";
  }

  const TempFolder folder_;
  const std::filesystem::path data_ = folder_.Path() / "data";
};

TEST_F(DataFolderTargetTest, TakesEachThingOnce) {
  ContextConfig context;
  context.name.value = "c";
  const FunctionConfig function{{"f"}, "a.jar", "Foo$", {"c"}};
  const std::vector jobs{MakeJob(MakeRow())};
  for (const ImportOutcome expected : {kTaken, kAlreadyThere}) {
    DataFolderTarget target = Open();
    EXPECT_EQ(target.Save(context), expected);
    EXPECT_EQ(target.Save(function), expected);
    EXPECT_EQ(target.SaveArtifact("a.jar", Artifact("bytes")), expected);
    EXPECT_EQ(target.Save(jobs), std::vector{expected});
  }
  const std::unique_ptr<Store> store = OpenSqliteStore({.file = data_ / "mist.db"});
  EXPECT_EQ(store->Contexts(), std::vector{context});
  EXPECT_EQ(store->Functions(), std::vector{function});
  EXPECT_EQ(store->FindJob(jobs[0].job.id), jobs[0].job);
  EXPECT_EQ(store->Artifacts().at(0).bytes, 5);
}

TEST_F(DataFolderTargetTest, OtherContentsStayUnlessToldOtherwise) {
  const FunctionConfig ours{{"f"}, "a.jar", "Foo$", {"c"}};
  const FunctionConfig theirs{{"f"}, "b.jar", "Foo$", {"c"}};
  ASSERT_EQ(Open().Save(ours), kTaken);
  ASSERT_EQ(Open().SaveArtifact("a.jar", Artifact("ours")), kTaken);
  EXPECT_EQ(Open().Save(theirs), kConflict);
  EXPECT_EQ(Open().SaveArtifact("a.jar", Artifact("theirs")), kConflict);
  EXPECT_EQ(Open(Overwrite::kYes).Save(theirs), kReplaced);
  EXPECT_EQ(Open(Overwrite::kYes).SaveArtifact("a.jar", Artifact("theirs")), kReplaced);
  EXPECT_EQ(Open().Save(theirs), kAlreadyThere);
}

TEST_F(DataFolderTargetTest, AJobThatIsAnotherStaysEvenThen) {
  JobRow row = MakeRow();
  ASSERT_EQ(Open().Save({MakeJob(row)}), std::vector{kTaken});
  row.function = "g";
  EXPECT_EQ(Open(Overwrite::kYes).Save({MakeJob(row)}), std::vector{kConflict});
}

TEST_F(DataFolderTargetTest, AnUnfinishedJobIsTheSameInALaterImport) {
  JobRow row = MakeRow();
  row.status = "started";
  ASSERT_EQ(Open().Save({MakeJob(row, FromEpochMillis(1000))}), std::vector{kTaken});
  EXPECT_EQ(Open().Save({MakeJob(row, FromEpochMillis(2000))}), std::vector{kAlreadyThere});
}

TEST_F(DataFolderTargetTest, AnIdThatComesTwiceIsTakenOnce) {
  const ImportedJob job = MakeJob(MakeRow());
  DataFolderTarget target = Open();
  EXPECT_EQ(target.Save({job, job}), (std::vector{kTaken, kConflict}));
  EXPECT_EQ(target.Save({job}), std::vector{kAlreadyThere});  // the store goes on
}

TEST_F(DataFolderTargetTest, AnArtifactThatIsTooLargeNamesTheKey) {
  DataFolderTarget target = Open();
  try {
    static_cast<void>(target.SaveArtifact("a.jar", Artifact("more than ten bytes")));
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("http.max-upload"), std::string::npos);
  }
}

TEST_F(DataFolderTargetTest, ARunningMasterKeepsItOut) {
  const DataLock lock(data_);
  try {
    Open();
    FAIL() << "the folder is in use";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUnavailable);
    EXPECT_NE(std::string(error.what()).find("pid="), std::string::npos);
  }
}

}  // namespace
}  // namespace mist::testing
