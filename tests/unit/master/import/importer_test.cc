#include "master/import/importer.h"

#include <memory>
#include <sstream>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/master/import/old_files.h"

namespace mist::testing {
namespace {

// Rows from memory; breaks off behind them when it is told to.
class FakeHistory : public JobHistory {
 public:
  FakeHistory(std::vector<JobRow> rows, bool breaks_off)
      : rows_(std::move(rows)), breaks_off_(breaks_off) {}

  std::int64_t CountRows() override { return static_cast<std::int64_t>(rows_.size()); }
  void Read(const TakeRow& take) override {
    for (const JobRow& row : rows_) take(row);
    if (breaks_off_) throw Error(ErrorCode::kCorrupt, "H2 cannot read on");
  }

 private:
  const std::vector<JobRow> rows_;
  const bool breaks_off_;
};

// Remembers ids; `failure` is what saving jobs ends with.
class FakeTarget : public ImportTarget {
 public:
  ImportOutcome Save(const ContextConfig& context) override {
    saved.push_back(context.name.value);
    return ImportOutcome::kTaken;
  }
  ImportOutcome Save(const FunctionConfig& function) override {
    saved.push_back(function.name.value);
    return ImportOutcome::kTaken;
  }
  ImportOutcome SaveArtifact(const std::string& name, const std::filesystem::path&) override {
    if (name == "bad.jar") throw Error(ErrorCode::kInvalidInput, "too large");
    saved.push_back(name);
    return ImportOutcome::kTaken;
  }
  ImportOutcome SaveLog(const std::filesystem::path& file) override {
    saved.push_back(file.filename());
    return ImportOutcome::kTaken;
  }
  void FinishLogs() override { saved.emplace_back("logs are durable"); }
  std::vector<ImportOutcome> Save(const std::vector<ImportedJob>& jobs) override {
    if (failure) throw Error(*failure, "store: no room");
    largest_batch = std::max(largest_batch, jobs.size());
    for (const ImportedJob& imported : jobs) saved.push_back(imported.job.id.value);
    return std::vector(jobs.size(), ImportOutcome::kTaken);
  }

  std::vector<std::string> saved;
  std::size_t largest_batch = 0;
  std::optional<ErrorCode> failure;
};

class ImporterTest : public ::testing::Test {
 protected:
  ImporterTest() {
    WriteFile(folder_.Path() / "data/artifacts/b.jar", "b");
    WriteFile(folder_.Path() / "data/artifacts/a.jar", "a");
    WriteFile(folder_.Path() / "data/artifacts/sha256/00/00", "ours, when it is the same folder");
    WriteFile(folder_.Path() / "data/contexts/c.conf", "worker-mode = shared");
    WriteFile(folder_.Path() / "data/functions/f.conf", "path=p\nclassName=F\nnamespace=c");
    WriteFile(folder_.Path() / "logs/job-1.log", "line");
    WriteFile(folder_.Path() / "logs/mist.log", "no job's");
  }

  bool Run(std::vector<JobRow> rows, bool breaks_off = false) {
    const OldInstallation old = FindOldInstallation({.folder = folder_.Path()});
    ImportReport report(out_, SystemClock());
    Importer(old, target_, report, SystemClock()).Run([&] {
      return std::make_unique<FakeHistory>(std::move(rows), breaks_off);
    });
    return report.Finish();
  }

  bool Said(const std::string& text) const { return out_.str().find(text) != std::string::npos; }

  const TempFolder folder_;
  FakeTarget target_;
  std::ostringstream out_;
};

TEST_F(ImporterTest, TakesArtifactsBeforeFunctionsAndJobsBeforeLogs) {
  EXPECT_TRUE(Run({MakeRow()}));
  const std::vector<std::string> expected{"a.jar",     "b.jar",           "c", "f", OldId(1),
                                          "job-1.log", "logs are durable"};
  EXPECT_EQ(target_.saved, expected);
}

TEST_F(ImporterTest, PassesJobsOnInBatches) {
  std::vector<JobRow> rows(25'000, MakeRow());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].job_id = OldId(static_cast<int>(i));
  EXPECT_TRUE(Run(std::move(rows)));
  EXPECT_EQ(target_.largest_batch, 10'000U);
  EXPECT_TRUE(Said("jobs: 25000 taken"));
}

TEST_F(ImporterTest, LargeJobsMakeSmallBatches) {
  JobRow row = MakeRow();
  row.job_result = "{\"result\":\"" + std::string(12 << 20, 'x') + "\"}";
  std::vector<JobRow> rows(7, row);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].job_id = OldId(static_cast<int>(i));
  EXPECT_TRUE(Run(std::move(rows)));
  EXPECT_EQ(target_.largest_batch, 3U);
}

TEST_F(ImporterTest, ARowThatCannotBeTakenIsReportedAndTheOthersAreTaken) {
  JobRow bad = MakeRow();
  bad.parameters = "{oops";
  JobRow good = MakeRow();
  good.job_id = OldId(2);
  EXPECT_FALSE(Run({bad, good}));
  EXPECT_TRUE(Said("jobs: 1 taken, 1 not taken"));
  EXPECT_TRUE(Said("job " + OldId(1) + ": parameters is no JSON"));
}

TEST_F(ImporterTest, WhatWasReadBeforeAHistoryBrokeOffIsTaken) {
  EXPECT_FALSE(Run({MakeRow()}, /*breaks_off=*/true));
  EXPECT_TRUE(Said("jobs: 1 taken, 1 not taken"));
  EXPECT_TRUE(Said("job history: H2 cannot read on"));
  EXPECT_TRUE(Said("logs: 1 taken"));
}

TEST_F(ImporterTest, TellsOfJobsThatHadNotEnded) {
  JobRow row = MakeRow();
  row.status = "started";
  EXPECT_TRUE(Run({row}));
  EXPECT_TRUE(Said("1 jobs had not ended in the old master"));
}

TEST_F(ImporterTest, OneBadArtifactDoesNotHideTheOthers) {
  WriteFile(folder_.Path() / "data/artifacts/bad.jar", "");
  EXPECT_FALSE(Run({}));
  EXPECT_TRUE(Said("artifacts: 2 taken, 1 not taken"));
  EXPECT_TRUE(Said("artifact 'bad.jar': too large"));
}

TEST_F(ImporterTest, AFullDiskEndsIt) {
  target_.failure = ErrorCode::kDiskFull;
  EXPECT_THROW(Run({MakeRow()}), Error);
}

}  // namespace
}  // namespace mist::testing
