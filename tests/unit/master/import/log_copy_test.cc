#include "master/import/log_copy.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/master/import/old_files.h"

namespace mist::testing {
namespace {

namespace fs = std::filesystem;

class LogCopyTest : public ::testing::Test {
 protected:
  LogCopyTest() {
    fs::create_directory(target_);
    WriteFile(file_, "INFO old\n");
  }

  const TempFolder folder_;
  const fs::path file_ = folder_.Path() / "old" / "job-1.log";
  const fs::path target_ = folder_.Path() / "new";
};

TEST_F(LogCopyTest, TakesALogOnce) {
  EXPECT_EQ(CopyLog(file_, target_, false), ImportOutcome::kTaken);
  EXPECT_EQ(ReadFile(target_ / "job-1.log"), "INFO old\n");
  EXPECT_EQ(CopyLog(file_, target_, false), ImportOutcome::kAlreadyThere);
}

TEST_F(LogCopyTest, IntoItsOwnFolderItIsAlreadyThere) {
  EXPECT_EQ(CopyLog(file_, file_.parent_path(), true), ImportOutcome::kAlreadyThere);
}

TEST_F(LogCopyTest, ACopyWithTheSameBytesIsAlreadyThere) {
  WriteFile(target_ / "job-1.log", "INFO old\n");
  EXPECT_EQ(CopyLog(file_, target_, false), ImportOutcome::kAlreadyThere);
}

TEST_F(LogCopyTest, AnotherLogOfTheNameStaysUnlessToldOtherwise) {
  WriteFile(target_ / "job-1.log", "INFO new\n");
  fs::last_write_time(target_ / "job-1.log", fs::last_write_time(file_) + std::chrono::seconds(1));
  EXPECT_EQ(CopyLog(file_, target_, false), ImportOutcome::kConflict);
  EXPECT_EQ(ReadFile(target_ / "job-1.log"), "INFO new\n");
  EXPECT_EQ(CopyLog(file_, target_, true), ImportOutcome::kReplaced);
  EXPECT_EQ(ReadFile(target_ / "job-1.log"), "INFO old\n");
}

TEST_F(LogCopyTest, WhatAnInterruptedCopyLeftDoesNotMatter) {
  WriteFile(target_ / ".import-unfinished", "half");
  EXPECT_EQ(CopyLog(file_, target_, false), ImportOutcome::kTaken);
  EXPECT_EQ(ReadFile(target_ / "job-1.log"), "INFO old\n");
  EXPECT_FALSE(fs::exists(target_ / ".import-unfinished"));
}

TEST_F(LogCopyTest, AcrossFileSystemsItIsCopiedWithItsTime) {
  const fs::path elsewhere = fs::path("/dev/shm") / folder_.Path().filename();
  ASSERT_TRUE(fs::create_directory(elsewhere)) << "the test needs /dev/shm, another file system";
  const ImportOutcome taken = CopyLog(file_, elsewhere, false);
  EXPECT_EQ(taken, ImportOutcome::kTaken);
  EXPECT_EQ(ReadFile(elsewhere / "job-1.log"), "INFO old\n");
  EXPECT_EQ(fs::last_write_time(elsewhere / "job-1.log"), fs::last_write_time(file_));
  EXPECT_EQ(CopyLog(file_, elsewhere, false), ImportOutcome::kAlreadyThere);
  fs::remove_all(elsewhere);
}

TEST_F(LogCopyTest, AMissingFolderIsAnError) {
  EXPECT_THROW(static_cast<void>(CopyLog(file_, folder_.Path() / "none", false)), Error);
}

}  // namespace
}  // namespace mist::testing
