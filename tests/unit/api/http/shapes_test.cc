#include "api/http/shapes.h"

#include <gtest/gtest.h>

namespace mist::http {
namespace {

Job QueuedJob() {
  Job job;
  job.id = {"j1"};
  job.call.function = {"f"};
  job.call.artifact_name = "f_0.0.1.jar";
  job.call.class_name = "Foo$";
  job.context = {"default"};
  job.arguments = {R"({"n":1.000000000000000000001,"s":"\u0000"})"};
  job.state = JobState::kQueued;
  job.created = FromEpochMillis(1540000000000);
  return job;
}

EndedJob Ended(JobState state, std::string result) {
  Job job = QueuedJob();
  job.state = state;
  if (!result.empty()) job.result = JsonText{std::move(result)};
  return {std::make_shared<Job>(job), "start timeout was exceeded: 10 seconds"};
}

TEST(ShapesTest, AQueuedJobLeavesOutWhatItDoesNotHave) {
  EXPECT_EQ(
      JobDetailsJson(QueuedJob()),
      R"({"function":"f","jobId":"j1","params":{"filePath":"f_0.0.1.jar","className":"Foo$",)"
      R"("arguments":{"n":1.000000000000000000001,"s":"\u0000"},"action":"execute"},"context":"default",)"
      R"("source":"Http","status":"queued","createTime":1540000000000})");
}

TEST(ShapesTest, AnEndedJobHasEveryField) {
  Job job = QueuedJob();
  job.arguments = {"{}"};
  job.external_id = "e\"1";
  job.source = Trigger::kKafka;
  job.started = FromEpochMillis(1540000000123);
  job.ended = FromEpochMillis(1540000001000);
  job.result = JsonText{"null"};
  job.state = JobState::kFinished;
  job.worker = WorkerId{"default_x_1"};
  EXPECT_EQ(
      JobDetailsJson(job),
      R"({"function":"f","jobId":"j1","params":{"filePath":"f_0.0.1.jar","className":"Foo$","arguments":{},)"
      R"("action":"execute"},"context":"default","externalId":"e\"1","source":"Async Kafka",)"
      R"("startTime":1540000000123,"endTime":1540000001000,"jobResult":null,"status":"finished",)"
      R"("workerId":"default_x_1","createTime":1540000000000})");
}

TEST(ShapesTest, AResultSaysHowTheJobEnded) {
  EXPECT_EQ(JobResultJson(Ended(JobState::kFinished, "[1,2.50]")),
            R"({"success":true,"payload":[1,2.50],"errors":[]})");
  EXPECT_EQ(JobResultJson(Ended(JobState::kFailed, R"("Executor was terminated")")),
            R"({"success":false,"payload":{},"errors":["Executor was terminated"]})");
  EXPECT_EQ(
      JobResultJson(Ended(JobState::kCancelled, "")),
      R"({"success":false,"payload":{},"errors":["Job was cancelled: start timeout was exceeded: 10 seconds"]})");
}

TEST(ShapesTest, AWorkerShowsItsOwnLimitOnly) {
  WorkerInfo worker;
  worker.id = {"w"};
  worker.config.max_jobs = 7;
  EXPECT_NE(WorkerLinkJson(worker, {}).find(R"("maxJobs":1,)"), std::string::npos);
  worker.config.worker_mode = WorkerMode::kShared;
  EXPECT_NE(WorkerLinkJson(worker, {}).find(R"("maxJobs":7,)"), std::string::npos);
  EXPECT_EQ(WorkerLinkJson(worker, {}).find("sparkUi"), std::string::npos);
}

TEST(ShapesTest, StatusHasTheShapeOfTheOriginalAndTheStreams) {
  const std::string json = MistStatusJson(
      {.version = "2",
       .spark_version = "4",
       .java_version = "17",
       .started = {},
       .retention = {.jobs = 8, .logs = 9, .events = 10, .keys = 11, .artifacts = 12, .bytes = 13}},
      {.heap = {.used_mib = 1, .committed_mib = 2, .max_mib = 3},
       .program = {},
       .threads = 4,
       .peak_threads = 5},
      {.open = 6, .dropped = 7});
  EXPECT_TRUE(json.starts_with(R"({"mistVersion":"2","sparkVersion":"4","started":"19)")) << json;
  EXPECT_TRUE(json.ends_with(
      R"("gc":{},"memory":{"heap":{"used":1,"commited":2,"max":3,"init":0},)"
      R"("nonHeap":{"used":0,"commited":0,"max":0,"init":0}},)"
      R"("threads":{"count":4,"daemon":0,"peak":5,"startedTotal":5},"javaVersion":{"runtimeVersion":"17","vmVendor":""},)"
      R"("streams":{"open":6,"dropped":7},)"
      R"("retention":{"jobs":8,"logs":9,"events":10,"keys":11,"artifacts":12,"bytes":13}})"))
      << json;
}

TEST(ShapesTest, StatusHasAMemberForEachMessageBroker) {
  MasterStatus status;
  status.message_brokers = {{.name = "kafka",
                             .connected = true,
                             .received = 1,
                             .rejected = 2,
                             .delivered = 3,
                             .dropped_events = 4,
                             .dropped_lines = 5,
                             .waited_too_long = 6}};
  const std::string json = MistStatusJson(status, {}, {});
  EXPECT_TRUE(json.ends_with(
      R"(,"kafka":{"connected":true,"received":1,"rejected":2,"delivered":3,"droppedEvents":4,"droppedLines":5,"waitedTooLong":6}})"))
      << json;
}

}  // namespace
}  // namespace mist::http
