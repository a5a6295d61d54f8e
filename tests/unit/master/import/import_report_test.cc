#include "master/import/import_report.h"

#include <sstream>

#include <gtest/gtest.h>

namespace mist::testing {
namespace {

class StandingClock : public Clock {
 public:
  MonoTime Mono() const override { return now; }
  WallTime Wall() const override { return WallTime(); }

  MonoTime now;
};

TEST(ImportReportTest, TellsWhatBecameOfEachKind) {
  std::ostringstream out;
  StandingClock clock;
  ImportReport report(out, clock);
  ImportSection& section = report.Begin("artifacts");
  section.Count(ImportOutcome::kTaken, "a", 1536);
  section.Count(ImportOutcome::kReplaced, "b");
  section.Count(ImportOutcome::kAlreadyThere, "c", 9999);
  section.Finish();
  EXPECT_EQ(out.str(), "artifacts: 1 taken, 1 replaced, 1 already there, 1.5 KiB\n");
  EXPECT_TRUE(report.Finish());
}

TEST(ImportReportTest, EndsWithWhatWasNotTakenAndWhy) {
  std::ostringstream out;
  StandingClock clock;
  ImportReport report(out, clock);
  ImportSection& section = report.Begin("contexts");
  section.Refuse("context 'a'", "no good");
  section.Count(ImportOutcome::kConflict, "context 'b'");
  section.Note("c lacks downtime");
  section.Finish();
  EXPECT_FALSE(report.Finish());
  EXPECT_EQ(out.str(),
            "contexts: 0 taken, 2 not taken\n\nTo know:\n  c lacks downtime\n\nNot taken:\n"
            "  context 'a': no good\n"
            "  context 'b': is there already with other contents, which stay\n"
            "--overwrite replaces contexts, functions, artifacts and logs that are there with "
            "other contents\n");
}

TEST(ImportReportTest, ShowsProgressWithTheRateNowAndThen) {
  std::ostringstream out;
  StandingClock clock;
  ImportReport report(out, clock);
  ImportSection& section = report.Begin("jobs");
  section.Expect(40);
  for (int i = 0; i < 10; ++i) section.Count(ImportOutcome::kTaken, "job");
  EXPECT_EQ(out.str(), "");
  clock.now += std::chrono::seconds(5);
  for (int i = 0; i < 10; ++i) section.Count(ImportOutcome::kTaken, "job");
  EXPECT_EQ(out.str(), "jobs: 11 of 40 (5.0 s, 2 each second) ...\n");
}

TEST(ImportReportTest, KeepsOnlyTheFirstOfManyFailures) {
  std::ostringstream out;
  StandingClock clock;
  ImportReport report(out, clock);
  ImportSection& section = report.Begin("jobs");
  for (int i = 0; i < 250; ++i) section.Refuse("job", "bad");
  EXPECT_FALSE(report.Finish());
  EXPECT_NE(out.str().find("and 150 more\n"), std::string::npos);
  EXPECT_LT(out.str().size(), 2'000U);
}

TEST(ImportReportTest, DescribesSizes) {
  EXPECT_EQ(DescribeSize(0), "0 B");
  EXPECT_EQ(DescribeSize(1023), "1023 B");
  EXPECT_EQ(DescribeSize(5LL << 30), "5.0 GiB");
}

}  // namespace
}  // namespace mist::testing
