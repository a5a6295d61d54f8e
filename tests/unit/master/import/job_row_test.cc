#include "master/import/job_row.h"

#include <ostream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/unit/master/import/old_files.h"

namespace mist::testing {
namespace {

const WallTime kNow = FromEpochMillis(1'700'000'000'000);

Job JobOf(const JobRow& row) {
  auto job = ToJob(row, kNow);
  const auto* refused = std::get_if<RefusedRow>(&job);
  if (refused != nullptr) ADD_FAILURE() << refused->reason;
  return refused == nullptr ? std::get<ImportedJob>(job).job : Job();
}

std::string ReasonOf(const JobRow& row) {
  auto job = ToJob(row, kNow);
  const auto* refused = std::get_if<RefusedRow>(&job);
  return refused == nullptr ? "" : refused->reason;
}

TEST(JobRowTest, BecomesTheJobThatItDescribes) {
  const Job job = JobOf(MakeRow());
  Job expected;
  expected.id.value = OldId(1);
  expected.call.function.value = "f";
  expected.call.artifact_name = "f_0.0.1.jar";
  expected.call.class_name = "Foo$";
  expected.context.value = "nightly";
  expected.arguments.value = R"({"n":1})";
  expected.external_id = "e1";
  expected.state = JobState::kFinished;
  expected.attempt = 1;
  expected.created = FromEpochMillis(1'540'000'000'000);
  expected.started = FromEpochMillis(1'540'000'000'123);
  expected.ended = FromEpochMillis(1'540'000'001'000);
  expected.worker = WorkerId{"nightly_w_1"};
  expected.result = JsonText{R"({"x":0.10})"};  // every digit of the number
  EXPECT_EQ(job, expected);
}

TEST(JobRowTest, NullsStayEmpty) {
  JobRow row = MakeRow();
  for (auto* column :
       {&row.external_id, &row.start_time, &row.end_time, &row.worker_id, &row.job_result}) {
    column->reset();
  }
  row.status = "cancelled";
  const Job job = JobOf(row);
  EXPECT_EQ(job.state, JobState::kCancelled);
  EXPECT_FALSE(job.external_id || job.started || job.ended || job.worker || job.result);
  EXPECT_EQ(job.attempt, 0);
}

TEST(JobRowTest, TakesTheErrorOfAFailedJobOutOfItsWrapper) {
  JobRow row = MakeRow();
  row.status = "failed";
  row.job_result = R"({"error":"java.lang.Exception: \"x\"\n\tat Foo"})";
  EXPECT_EQ(JobOf(row).result, JsonText{R"("java.lang.Exception: \"x\"\n\tat Foo")"});
  row.job_result = R"("an older one")";
  EXPECT_EQ(JobOf(row).result, JsonText{R"("an older one")"});
}

TEST(JobRowTest, KeepsResultsOfEveryType) {
  for (const char* value : {"null", "{}", "[]", "3.0", "\"text\"", "12345678901234567890.5"}) {
    JobRow row = MakeRow();
    row.job_result = std::string("{\"result\":") + value + "}";
    EXPECT_EQ(JobOf(row).result, JsonText{value});
  }
}

TEST(JobRowTest, JobsThatHadNotEndedFailAsAtARestart) {
  for (const char* status :
       {"initialized", "queued", "started", "job-file-downloading", "cancelling"}) {
    JobRow row = MakeRow();
    row.status = status;
    row.end_time.reset();
    row.job_result.reset();
    const auto imported = std::get<ImportedJob>(ToJob(row, kNow));
    EXPECT_TRUE(imported.was_unfinished);
    EXPECT_EQ(imported.job.state, JobState::kFailed);
    EXPECT_EQ(imported.job.ended, kNow);
    EXPECT_EQ(imported.job.result, JsonText{R"("Worker was stopped")"});
  }
}

TEST(JobRowTest, KnowsEverySource) {
  const std::pair<const char*, Trigger> sources[] = {{"Http", Trigger::kHttp},
                                                     {"Cli", Trigger::kCli},
                                                     {"Async Kafka", Trigger::kKafka},
                                                     {"Async kafka", Trigger::kKafka},
                                                     {"Async Mqtt", Trigger::kMqtt}};
  for (const auto& [text, source] : sources) {
    JobRow row = MakeRow();
    row.source = text;
    EXPECT_EQ(JobOf(row).source, source) << text;
  }
}

TEST(JobRowTest, TellsPythonFromJvmByTheArtifact) {
  JobRow row = MakeRow();
  row.path = "f.egg";
  EXPECT_EQ(JobOf(row).call.language, FunctionLanguage::kPython);
}

TEST(JobRowTest, TheFirstSchemaCalledTheFunctionEndpoint) {
  JobRow row = MakeRow();
  row.function.reset();
  row.Set("endpoint", "g");
  row.Set("no_such_column", "x");
  EXPECT_EQ(JobOf(row).call.function.value, "g");
}

struct BadValue {
  const char* column;
  const char* value;  // nullptr: NULL
  const char* reason;
};

void PrintTo(const BadValue& bad, std::ostream* out) {
  *out << bad.column << " " << (bad.value == nullptr ? "NULL" : bad.value);
}

class BadRowTest : public ::testing::TestWithParam<BadValue> {};

TEST_P(BadRowTest, IsRefusedWithTheColumnAndTheValue) {
  JobRow row = MakeRow();
  row.Set(GetParam().column, GetParam().value == nullptr
                                 ? std::nullopt
                                 : std::make_optional<std::string>(GetParam().value));
  const std::string reason = ReasonOf(row);
  EXPECT_TRUE(reason.starts_with(GetParam().column)) << reason;
  EXPECT_NE(reason.find(GetParam().reason), std::string::npos) << reason;
}

INSTANTIATE_TEST_SUITE_P(
    Values, BadRowTest,
    ::testing::Values(BadValue{"parameters", "{\"n\":", "is no JSON"},
                      BadValue{"parameters", "[1]", "is no JSON object: [1]"},
                      BadValue{"parameters", nullptr, "is missing"},
                      BadValue{"job_result", "oops", "is no JSON"},
                      BadValue{"job_result", "{\"error\":\"e\"}", "does not fit status finished"},
                      BadValue{"status", "running", "is unknown: running"},
                      BadValue{"source", "Async Pigeon", "is unknown: Async Pigeon"},
                      BadValue{"job_id", "../../etc/passwd", "is no UUID: ../../etc/passwd"},
                      BadValue{"job_id", "AAAAAAAA-1111-4222-8333-444444444444", "is no UUID"},
                      BadValue{"create_time", nullptr, "is missing"},
                      BadValue{"create_time", "-1", "is no time"},
                      BadValue{"end_time", "tomorrow", "is no time in milliseconds: tomorrow"},
                      BadValue{"function", nullptr, "is missing"}));

}  // namespace
}  // namespace mist::testing
