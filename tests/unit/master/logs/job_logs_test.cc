#include "master/logs/job_logs.h"

#include <atomic>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temp_folder.h"

namespace mist::testing {
namespace {

LogLine Line(std::string message) {
  return {FromEpochMillis(1'540'000'000'000), LogLevel::kInfo, std::move(message), std::nullopt};
}

std::string Written(const std::string& job, const std::string& message) {
  return "INFO 2018-10-20T01:46:40 [" + job + "] " + message + "\n";
}

MonoTime Soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(30);
}

class JobLogsTest : public ::testing::Test {
 protected:
  JobLogsTest() { Restart({}); }

  void Restart(JobLogsOptions options) {
    logs_.reset();
    options.folder = folder_.Path() / "logs";
    logs_ = std::make_unique<JobLogs>(options);
  }

  LogWrite AppendAndWait(const std::string& job, std::vector<LogLine> lines) {
    std::promise<LogWrite> written;
    logs_->Append({job}, std::move(lines),
                  [&written](const LogWrite& write) { written.set_value(write); });
    return written.get_future().get();
  }

  std::string FileOf(const std::string& job) const {
    std::ifstream file(folder_.Path() / "logs" / ("job-" + job + ".log"));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TempFolder folder_;
  std::unique_ptr<JobLogs> logs_;
};

// Holds the writing thread inside a callback until it is opened.
class Gate {
 public:
  explicit Gate(JobLogs& logs) {
    logs.Append({"gate"}, {}, [this](const LogWrite&) {
      reached_.set_value();
      opened_.get_future().wait();
    });
    reached_.get_future().wait();
  }
  void Open() { opened_.set_value(); }

 private:
  std::promise<void> reached_;
  std::promise<void> opened_;
};

TEST_F(JobLogsTest, WritesOneFilePerJob) {
  AppendAndWait("a", {Line("one"), Line("two")});
  AppendAndWait("b", {Line("three")});
  EXPECT_EQ(FileOf("a"), Written("a", "one") + Written("a", "two"));
  EXPECT_EQ(FileOf("b"), Written("b", "three"));
}

TEST_F(JobLogsTest, ReportsTheSizeOfTheFileAfterEachBatch) {
  const auto line_bytes = static_cast<std::int64_t>(Written("a", "one").size());
  EXPECT_EQ(AppendAndWait("a", {Line("one")}).file_bytes, line_bytes);
  const LogWrite second = AppendAndWait("a", {Line("two")});
  EXPECT_TRUE(second.written);
  EXPECT_EQ(second.file_bytes, 2 * line_bytes);
}

TEST_F(JobLogsTest, TellsWhereEachBatchIsThoughItWritesSeveralAtOnce) {
  std::vector<std::pair<std::string, LogSpan>> told;
  Restart({.folder = {},
           .on_written = [&](const JobId&, const std::vector<LogLine>& lines, LogSpan span) {
             told.emplace_back(lines.back().message, span);
           }});
  AppendAndWait("a", {Line("one")});
  std::promise<LogWrite> second;
  Gate gate(*logs_);  // outlives the writing thread, which may still be in its callback
  logs_->Append({"a"}, {Line("two"), Line("three")},
                [&](const LogWrite& write) { second.set_value(write); });
  logs_->Append({"a"}, {Line("four")});
  gate.Open();
  logs_->Append({"b"}, {});
  logs_.reset();
  const std::string text = FileOf("a");
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(second.get_future().get().file_bytes, told[1].second.end);
  std::int64_t end = 0;
  for (const auto& [message, span] : told) {
    EXPECT_EQ(span.begin, end);
    end = span.end;
    const std::string written = text.substr(0, static_cast<std::size_t>(end));
    EXPECT_TRUE(written.ends_with(" " + message + "\n")) << written;
  }
  EXPECT_EQ(end, static_cast<std::int64_t>(text.size()));
}

TEST_F(JobLogsTest, AppendsToTheFileOfAnEarlierProcess) {
  AppendAndWait("a", {Line("one")});
  Restart({});
  const LogWrite write = AppendAndWait("a", {Line("two")});
  EXPECT_EQ(FileOf("a"), Written("a", "one") + Written("a", "two"));
  EXPECT_EQ(write.file_bytes, static_cast<std::int64_t>(FileOf("a").size()));
}

TEST_F(JobLogsTest, WritesWhatWasAppendedBeforeItIsDestroyed) {
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    logs_->Append({"a"}, {Line(std::to_string(i))});
    expected += Written("a", std::to_string(i));
  }
  logs_.reset();
  EXPECT_EQ(FileOf("a"), expected);
}

TEST_F(JobLogsTest, CutsALineBeyondTheLimit) {
  AppendAndWait("a", {Line(std::string((1 << 20) + 5, 'x'))});
  EXPECT_NE(FileOf("a").find("... (5 more bytes were cut)\n"), std::string::npos);
}

class BadJobIdTest : public JobLogsTest, public ::testing::WithParamInterface<std::string> {};

TEST_P(BadJobIdTest, IsRefused) {
  const JobId job{GetParam()};
  EXPECT_THROW(logs_->Append(job, {Line("x")}), Error);
  EXPECT_THROW(logs_->Read(job, 0, 10), Error);
  EXPECT_THROW(logs_->Info(job), Error);
}

INSTANTIATE_TEST_SUITE_P(Ids, BadJobIdTest,
                         ::testing::Values("", "../x", "a/b", "a.b", "a b", std::string("a\0b", 3),
                                           std::string(201, 'x')));

TEST_F(JobLogsTest, ReadsFromAnOffset) {
  AppendAndWait("a", {Line("one")});
  const std::string text = FileOf("a");
  const auto chunk = logs_->Read({"a"}, 5, 7);
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->bytes, text.substr(5, 7));
  EXPECT_EQ(chunk->file_bytes, static_cast<std::int64_t>(text.size()));
  EXPECT_EQ(logs_->Read({"a"}, 0, 1 << 20)->bytes, text);
}

TEST_F(JobLogsTest, ReadsNothingAtTheEndAndBeyond) {
  AppendAndWait("a", {Line("one")});
  const std::int64_t size = logs_->Info({"a"})->bytes;
  EXPECT_EQ(logs_->Read({"a"}, size, 10)->bytes, "");
  EXPECT_EQ(logs_->Read({"a"}, size + 100, 10)->bytes, "");
  EXPECT_EQ(logs_->Read({"a"}, -1, 10)->bytes, "");
}

TEST_F(JobLogsTest, KnowsThatNoLineWasWrittenYet) {
  EXPECT_FALSE(logs_->Read({"a"}, 0, 10));
  EXPECT_FALSE(logs_->Info({"a"}));
}

TEST_F(JobLogsTest, WritesToMoreFilesThanItKeepsOpen) {
  Restart({.folder = {}, .max_open_files = 4});
  for (int round = 0; round < 3; ++round) {
    for (int job = 0; job < 20; ++job) AppendAndWait(std::to_string(job), {Line("x")});
  }
  for (int job = 0; job < 20; ++job) {
    const std::string line = Written(std::to_string(job), "x");
    EXPECT_EQ(FileOf(std::to_string(job)), line + line + line);
  }
}

TEST_F(JobLogsTest, KeepsEachJobsOrderWhenManyThreadsAppend) {
  constexpr int kLines = 200;
  std::vector<std::thread> threads;
  for (int job = 0; job < 4; ++job) {
    threads.emplace_back([this, job] {
      for (int i = 0; i < kLines; ++i) {
        logs_->Append({std::to_string(job)}, {Line(std::to_string(i))});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  logs_.reset();
  for (int job = 0; job < 4; ++job) {
    std::string expected;
    for (int i = 0; i < kLines; ++i) expected += Written(std::to_string(job), std::to_string(i));
    EXPECT_EQ(FileOf(std::to_string(job)), expected);
  }
}

TEST_F(JobLogsTest, HoldsBackThoseWhoAskForRoomUntilThereIsSome) {
  Restart({.folder = {}, .max_queued_bytes = 1000});
  Gate gate(*logs_);
  EXPECT_TRUE(logs_->AwaitRoom(Soon()));
  logs_->Append({"a"}, {Line(std::string(1500, 'x'))});
  EXPECT_FALSE(logs_->AwaitRoom(std::chrono::steady_clock::now()));
  gate.Open();
  EXPECT_TRUE(logs_->AwaitRoom(Soon()));
}

TEST_F(JobLogsTest, CountsLinesThatItHasNoMemoryFor) {
  Restart({.folder = {}, .max_queued_bytes = 1000});
  Gate gate(*logs_);
  logs_->Append({"a"}, {Line(std::string(1500, 'x'))});
  logs_->Append({"a"}, {Line(std::string(1500, 'y')), Line("z")});
  gate.Open();
  logs_.reset();
  const std::string text = FileOf("a");
  EXPECT_NE(text.find("xxx"), std::string::npos);
  EXPECT_EQ(text.find("yyy"), std::string::npos);
  EXPECT_NE(text.find("WARN 2018-10-20T01:46:40 [a] 2 log lines were dropped here"),
            std::string::npos);
}

// /dev/full refuses every byte as a full disk does.
TEST_F(JobLogsTest, LosesLinesOnAFullDiskAndSaysSo) {
  std::filesystem::create_symlink("/dev/full", folder_.Path() / "logs" / "job-a.log");
  EXPECT_FALSE(AppendAndWait("a", {Line("one"), Line("two")}).written);
  EXPECT_EQ(logs_->LostLines(), 2);
  EXPECT_TRUE(AppendAndWait("b", {Line("three")}).written);
}

TEST_F(JobLogsTest, EndsTheFileWithAWholeLineWhenTheDiskFillsUp) {
  const LogWrite first = AppendAndWait("a", {Line("one")});
  {
    const FileSizeLimit limit(first.file_bytes + 10);
    const LogWrite second = AppendAndWait("a", {Line("two")});
    EXPECT_FALSE(second.written);
    EXPECT_EQ(second.file_bytes, first.file_bytes);
  }
  EXPECT_EQ(FileOf("a"), Written("a", "one"));
  EXPECT_TRUE(AppendAndWait("a", {Line("three")}).written);
  EXPECT_EQ(FileOf("a"), Written("a", "one") + Written("a", "three"));
}

TEST_F(JobLogsTest, WritesAgainAfterItsFolderWasLostAndMade) {
  std::filesystem::remove_all(folder_.Path() / "logs");
  EXPECT_FALSE(AppendAndWait("a", {Line("one")}).written);
  std::filesystem::create_directories(folder_.Path() / "logs");
  EXPECT_TRUE(AppendAndWait("a", {Line("two")}).written);
}

}  // namespace
}  // namespace mist::testing
