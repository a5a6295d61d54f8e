#include "tests/unit/master/store/store_conformance.h"

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/jobs.h"

namespace mist::testing {
namespace {

JobId InsertOne(Store& store, const std::string& function = "f") {
  Job job = MakeJob(function);
  JobId id = job.id;
  store.Write({InsertJob{std::move(job)}});
  return id;
}

MoveJob Move(const JobId& id, JobState from, JobState to) {
  MoveJob move;
  move.id = id;
  move.from = from;
  move.to = to;
  move.attempt = 1;
  return move;
}

// What the batch ended with; nullopt when it is durable.
std::optional<ErrorCode> CodeOfWrite(Store& store, std::vector<Mutation> batch) {
  try {
    store.Write(std::move(batch));
    return std::nullopt;
  } catch (const Error& error) {
    return error.Code();
  }
}

// With an id as Mist 1.1 made them: random, and larger than every one of ours.
JobId InsertImported(Store& store, const std::string& first_digits, std::int64_t created_ms) {
  Job job = MakeJob();
  job.id.value = first_digits + "ffff-ffff-4fff-8fff-ffffffffffff";
  job.created = FromEpochMillis(created_ms);
  job.state = JobState::kFinished;
  store.Write({InsertJob{job}});
  return job.id;
}

std::vector<JobId> IdsOf(const JobPage& page) {
  std::vector<JobId> ids;
  for (const Job& job : page.jobs) ids.push_back(job.id);
  return ids;
}

FunctionSchema MakeSchema() {
  ArgType number{.kind = ArgType::Kind::kInt, .precise_name = "Long"};
  ArgType object{.kind = ArgType::Kind::kObject, .fields = {{"x", number}}};
  ArgType list{.kind = ArgType::Kind::kList, .args = {object}};
  return {FunctionLanguage::kPython, {{"numbers", list}}, {"sql", "hive"}, true};
}

}  // namespace

TEST_P(StoreConformanceTest, FindsAJobByTheKeyOfItsRequest) {
  Job job = MakeJob();
  job.request_key = "kafka:t/0/7";
  job.reply_topic = "answers";
  store_->Write({InsertJob{job}});
  store_->Write({InsertJob{MakeJob()}, InsertJob{MakeJob()}});  // neither has a key
  EXPECT_EQ(store_->FindJobByKey("kafka:t/0/7"), job);
  EXPECT_EQ(store_->FindJobByKey("kafka:t/0/8"), std::nullopt);
}

TEST_P(StoreConformanceTest, AForgottenKeyMayBeUsedAgain) {
  for (const auto& reply_topic : {std::optional<std::string>(), std::optional<std::string>("t")}) {
    Job first = MakeJob();
    first.request_key = "once";
    first.reply_topic = reply_topic;
    store_->Write({InsertJob{first}});
    store_->Write({ForgetRequestKey{first.id}});
    EXPECT_EQ(store_->FindJobByKey("once"), std::nullopt);
    const auto found = store_->FindJob(first.id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->request_key, std::nullopt);
    EXPECT_EQ(found->reply_topic, reply_topic);
  }
  Job second = MakeJob();
  second.request_key = "once";
  store_->Write({InsertJob{second}});
  EXPECT_EQ(store_->FindJobByKey("once")->id, second.id);
}

TEST_P(StoreConformanceTest, NoTwoJobsHaveOneKey) {
  Job first = MakeJob();
  first.request_key = "once";
  Job second = MakeJob();
  second.request_key = "once";
  store_->Write({InsertJob{first}});
  EXPECT_EQ(CodeOfWrite(*store_, {InsertJob{second}}), ErrorCode::kInternal);
  EXPECT_EQ(store_->FindJob(second.id), std::nullopt);
}

TEST_P(StoreConformanceTest, KeepsWorkersUntilTheyAreGone) {
  ContextConfig config;
  config.name = {"c"};
  config.retries = 2;
  config.retry_on = RetryOn::kFailure;
  config.retry_backoff = std::chrono::milliseconds(1500);
  config.spark_conf["spark.x"] = "1";
  const StoredWorker first{{"c_1"}, config};
  store_->Write({SaveWorker{{{"c_2"}, config}}, SaveWorker{first}});
  EXPECT_EQ(store_->Workers().size(), 2u);
  store_->Write({DeleteWorker{{"c_2"}}, DeleteWorker{{"never started"}}});
  EXPECT_EQ(store_->Workers(), std::vector{first});
}

TEST_P(StoreConformanceTest, KeepsFailedStartsUntilTheyAreOver) {
  const FailedStarts failing{{"b"},
                             2,
                             false,
                             FromEpochMillis(1000),
                             FromEpochMillis(2000),
                             FromEpochMillis(4000),
                             "exit code 3\nlast line"};
  const FailedStarts broken{{"a"}, 5, true, FromEpochMillis(1), FromEpochMillis(2), {}, "no"};
  FailedStarts first = failing;
  first.count = 1;
  store_->Write({SaveFailedStarts{first}, SaveFailedStarts{failing}, SaveFailedStarts{broken}});
  EXPECT_EQ(store_->FailingContexts(), (std::vector{broken, failing}));
  store_->Write({DeleteFailedStarts{{"a"}}, DeleteFailedStarts{{"never failed"}}});
  EXPECT_EQ(store_->FailingContexts(), std::vector{failing});
}

TEST_P(StoreConformanceTest, AJobThatIsQueuedAgainHasNoWorker) {
  const JobId id = InsertOne(*store_);
  store_->Write({AssignWorker{id, JobState::kQueued, 1, {"c_1"}}});
  MoveJob start = Move(id, JobState::kQueued, JobState::kStarted);
  start.started = FromEpochMillis(1);
  store_->Write({start});
  store_->Write({RequeueJob{id, JobState::kStarted}});
  const std::optional<Job> job = store_->FindJob(id);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->state, JobState::kQueued);
  EXPECT_EQ(job->worker, std::nullopt);
  EXPECT_EQ(job->started, std::nullopt);
  EXPECT_EQ(job->attempt, 1);
  EXPECT_EQ(CodeOfWrite(*store_, {RequeueJob{id, JobState::kStarted}}), ErrorCode::kInternal);
}

TEST_P(StoreConformanceTest, KeepsHowFarEachSinkHasCome) {
  EXPECT_EQ(store_->SinkCursor("kafka"), std::nullopt);
  store_->Write({SaveSinkCursor{"kafka", 3}, SaveSinkCursor{"mqtt", 0}});
  store_->Write({SaveSinkCursor{"kafka", 8}});
  EXPECT_EQ(store_->SinkCursor("kafka"), 8);
  EXPECT_EQ(store_->SinkCursor("mqtt"), 0);
}

TEST_P(StoreConformanceTest, ReturnsAJobAsItWasInserted) {
  const Job job = MakeJob();
  store_->Write({InsertJob{job}});
  const std::optional<Job> found = store_->FindJob(job.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->call.function, job.call.function);
  EXPECT_EQ(found->call.artifact_name, job.call.artifact_name);
  EXPECT_EQ(found->call.artifact_sha1, job.call.artifact_sha1);
  EXPECT_EQ(found->call.artifact_sha256, job.call.artifact_sha256);
  EXPECT_EQ(found->call.artifact_bytes, job.call.artifact_bytes);
  EXPECT_EQ(found->call.class_name, job.call.class_name);
  EXPECT_EQ(found->call.language, job.call.language);
  EXPECT_EQ(found->context, job.context);
  EXPECT_EQ(found->arguments, job.arguments);
  EXPECT_EQ(found->external_id, job.external_id);
  EXPECT_EQ(found->source, job.source);
  EXPECT_EQ(found->start_timeout, job.start_timeout);
  EXPECT_EQ(found->perform_timeout, std::nullopt);
  EXPECT_EQ(found->priority, job.priority);
  EXPECT_EQ(found->state, job.state);
  EXPECT_EQ(found->attempt, 0);
  EXPECT_EQ(found->created, job.created);
  EXPECT_EQ(found->started, std::nullopt);
  EXPECT_EQ(found->worker, std::nullopt);
  EXPECT_EQ(found->result, std::nullopt);
}

TEST_P(StoreConformanceTest, KeepsWhatIsSaidOfRetriesOfAJob) {
  const RetrySettings each[] = {{0, {}, {}},
                                {{}, RetryOn::kFailure, {}},
                                {{}, {}, std::chrono::milliseconds(1500)},
                                {7, RetryOn::kWorkerLost, std::chrono::seconds(0)}};
  for (const RetrySettings& retry : each) {
    for (const bool has_key : {true, false}) {
      Job job = MakeJob();
      job.retry = retry;
      if (has_key) job.request_key = job.id.value;
      store_->Write({InsertJob{job}});
      EXPECT_EQ(store_->FindJob(job.id), job);
      store_->Write({ForgetRequestKey{job.id}});
      job.request_key.reset();
      EXPECT_EQ(store_->FindJob(job.id), job);
    }
  }
}

TEST_P(StoreConformanceTest, KeepsWhatIsSaidOfRetriesOfAFunction) {
  FunctionConfig all{{"a"}, "a.jar", "Foo$", {"c"}};
  all.retry = {2, RetryOn::kFailure, std::chrono::seconds(10)};
  FunctionConfig some{{"b"}, "a.jar", "Foo$", {"c"}};
  some.retry.retries = 0;
  const FunctionConfig none{{"c"}, "a.jar", "Foo$", {"c"}};
  store_->Write({SaveFunction{all}, SaveFunction{some}, SaveFunction{none}});
  EXPECT_EQ(store_->Functions(), (std::vector{all, some, none}));
}

TEST_P(StoreConformanceTest, KeepsTextsOfAnySizeAndEveryByte) {
  Job job = MakeJob();
  job.arguments.value = R"({"text":")" + std::string(3 << 20, 'x') + "\xc3\xa9\"}";
  job.external_id = std::string("a\0b", 3);
  store_->Write({InsertJob{job}});
  const std::optional<Job> found = store_->FindJob(job.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->arguments, job.arguments);
  EXPECT_EQ(found->external_id, job.external_id);
}

TEST_P(StoreConformanceTest, KnowsNoJobThatWasNotInserted) {
  EXPECT_FALSE(store_->FindJob({"01890000-0000-7000-8000-000000000000"}));
}

TEST_P(StoreConformanceTest, WritesOnlyThoseFieldsOfAMoveThatHaveAValue) {
  const JobId id = InsertOne(*store_);
  store_->Write({AssignWorker{id, JobState::kQueued, 1, {"w1"}}});
  MoveJob start = Move(id, JobState::kQueued, JobState::kStarted);
  start.started = FromEpochMillis(1000);
  store_->Write({start});
  MoveJob finish = Move(id, JobState::kStarted, JobState::kFinished);
  finish.ended = FromEpochMillis(2000);
  finish.result = JsonText{"3.14"};
  store_->Write({finish});

  const std::optional<Job> job = store_->FindJob(id);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->state, JobState::kFinished);
  EXPECT_EQ(job->attempt, 1);
  EXPECT_EQ(job->worker, WorkerId{"w1"});
  EXPECT_EQ(job->started, FromEpochMillis(1000));
  EXPECT_EQ(job->ended, FromEpochMillis(2000));
  EXPECT_EQ(job->result, JsonText{"3.14"});
}

TEST_P(StoreConformanceTest, StopsWhenAMoveDoesNotFitTheStoredState) {
  const JobId id = InsertOne(*store_);
  const auto code = CodeOfWrite(*store_, {Move(id, JobState::kStarted, JobState::kFinished)});
  EXPECT_EQ(code, ErrorCode::kInternal);
  EXPECT_FALSE(store_->IsHealthy());
  EXPECT_EQ(CodeOfWrite(*store_, {InsertJob{MakeJob()}}), ErrorCode::kUnavailable);
  EXPECT_EQ(store_->FindJob(id)->state, JobState::kQueued);
}

TEST_P(StoreConformanceTest, StopsWhenAWorkerIsAssignedInTheWrongState) {
  const JobId id = InsertOne(*store_);
  const auto code = CodeOfWrite(*store_, {AssignWorker{id, JobState::kStarted, 1, {"w"}}});
  EXPECT_EQ(code, ErrorCode::kInternal);
  EXPECT_FALSE(store_->IsHealthy());
}

TEST_P(StoreConformanceTest, StopsWhenAJobIsInsertedTwice) {
  const Job job = MakeJob();
  store_->Write({InsertJob{job}});
  EXPECT_EQ(CodeOfWrite(*store_, {InsertJob{job}}), ErrorCode::kInternal);
  EXPECT_FALSE(store_->IsHealthy());
}

TEST_P(StoreConformanceTest, KeepsNothingOfABatchThatFails) {
  const Job job = MakeJob();
  const auto code =
      CodeOfWrite(*store_, {InsertJob{job}, Move(job.id, JobState::kStarted, JobState::kFinished)});
  EXPECT_EQ(code, ErrorCode::kInternal);
  EXPECT_FALSE(store_->FindJob(job.id));
  EXPECT_EQ(store_->ListJobs({}).total, 0);
}

TEST_P(StoreConformanceTest, KeepsTheBatchesBeforeTheOneThatFails) {
  const Job job = MakeJob();
  std::promise<std::optional<Error>> ended;
  store_->Submit({InsertJob{job}}, {});
  store_->Submit({Move(job.id, JobState::kStarted, JobState::kFinished)},
                 [&ended](const Error* error) {
                   ended.set_value(error ? std::optional<Error>(*error) : std::nullopt);
                 });
  EXPECT_TRUE(ended.get_future().get().has_value());
  EXPECT_TRUE(store_->FindJob(job.id));
}

TEST_P(StoreConformanceTest, CallsBackInOrderOfSubmission) {
  constexpr int kBatches = 500;
  std::vector<int> order;
  std::promise<void> last;
  for (int i = 0; i < kBatches; ++i) {
    store_->Submit({InsertJob{MakeJob()}}, [&order, &last, i](const Error*) {
      order.push_back(i);
      if (i == kBatches - 1) last.set_value();
    });
  }
  last.get_future().get();
  ASSERT_EQ(order.size(), static_cast<std::size_t>(kBatches));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_P(StoreConformanceTest, ShowsABatchToReadersBeforeItsCallbackEnds) {
  const Job job = MakeJob();
  std::promise<bool> seen;
  store_->Submit({InsertJob{job}},
                 [&](const Error*) { seen.set_value(store_->FindJob(job.id).has_value()); });
  EXPECT_TRUE(seen.get_future().get());
}

TEST_P(StoreConformanceTest, ListsNewestFirstWithLimitAndOffset) {
  std::vector<JobId> ids;
  for (int i = 0; i < 10; ++i) ids.insert(ids.begin(), InsertOne(*store_));
  JobQuery query;
  query.limit = 3;
  query.offset = 2;
  const JobPage page = store_->ListJobs(query);
  EXPECT_EQ(IdsOf(page), std::vector<JobId>(ids.begin() + 2, ids.begin() + 5));
  EXPECT_EQ(page.total, 10);
}

TEST_P(StoreConformanceTest, ListsNothingBeyondTheEndButKnowsTheTotal) {
  InsertOne(*store_);
  JobQuery query;
  query.offset = 5;
  EXPECT_TRUE(store_->ListJobs(query).jobs.empty());
  EXPECT_EQ(store_->ListJobs(query).total, 1);
  query.offset = 0;
  query.limit = 0;
  EXPECT_TRUE(store_->ListJobs(query).jobs.empty());
}

TEST_P(StoreConformanceTest, ListsOnlyJobsOlderThanBefore) {
  std::vector<JobId> ids;
  for (int i = 0; i < 6; ++i) ids.insert(ids.begin(), InsertOne(*store_));
  JobQuery query;
  query.before = ids[1];
  query.limit = 2;
  const JobPage page = store_->ListJobs(query);
  EXPECT_EQ(IdsOf(page), std::vector<JobId>(ids.begin() + 2, ids.begin() + 4));
  EXPECT_EQ(page.total, 6);
}

TEST_P(StoreConformanceTest, ListsJobsWithRandomIdsByTheirCreation) {
  const JobId ours = InsertOne(*store_);
  const std::int64_t created = ToEpochMillis(store_->FindJob(ours)->created);
  const JobId newer = InsertImported(*store_, "0000", created + 10'000);
  const JobId oldest = InsertImported(*store_, "ffff", created - 20'000);
  const JobId older = InsertImported(*store_, "aaaa", created - 10'000);
  EXPECT_EQ(IdsOf(store_->ListJobs({})), (std::vector<JobId>{newer, ours, older, oldest}));
  JobQuery query;
  query.states = {JobState::kFinished, JobState::kQueued};
  query.function = FunctionName{"f"};
  EXPECT_EQ(IdsOf(store_->ListJobs(query)), (std::vector<JobId>{newer, ours, older, oldest}));
}

TEST_P(StoreConformanceTest, ListsJobsOlderThanOneWithARandomId) {
  const JobId ours = InsertOne(*store_);
  const std::int64_t created = ToEpochMillis(store_->FindJob(ours)->created);
  const JobId older = InsertImported(*store_, "aaaa", created - 10'000);
  const JobId newer = InsertImported(*store_, "0000", created + 10'000);
  JobQuery query;
  query.before = newer;
  EXPECT_EQ(IdsOf(store_->ListJobs(query)), (std::vector<JobId>{ours, older}));
  query.before = ours;
  EXPECT_EQ(IdsOf(store_->ListJobs(query)), std::vector<JobId>{older});
  query.before = older;
  EXPECT_TRUE(store_->ListJobs(query).jobs.empty());
}

TEST_P(StoreConformanceTest, KnowsWhatIsOlderThanAJobOfOursThatIsGone) {
  const JobId older = InsertOne(*store_);
  JobQuery query;
  query.before = MakeJob().id;
  EXPECT_EQ(IdsOf(store_->ListJobs(query)), std::vector<JobId>{older});
  query.before = JobId{"ffffffff-ffff-4fff-8fff-ffffffffffff"};  // nobody knows its time
  EXPECT_TRUE(store_->ListJobs(query).jobs.empty());
}

TEST_P(StoreConformanceTest, ListsJobsOfSeveralStatesInOneOrder) {
  std::vector<JobId> ids;
  for (int i = 0; i < 9; ++i) {
    ids.insert(ids.begin(), InsertOne(*store_));
    if (i % 3 == 1) store_->Write({Move(ids[0], JobState::kQueued, JobState::kFailed)});
    if (i % 3 == 2) store_->Write({Move(ids[0], JobState::kQueued, JobState::kStarted)});
  }
  JobQuery query;
  query.states = {JobState::kQueued, JobState::kFailed, JobState::kQueued};
  const JobPage page = store_->ListJobs(query);
  const std::vector<JobId> expected{ids[1], ids[2], ids[4], ids[5], ids[7], ids[8]};
  EXPECT_EQ(IdsOf(page), expected);
  EXPECT_EQ(page.total, 6);
}

TEST_P(StoreConformanceTest, ListsJobsOfOneFunction) {
  InsertOne(*store_, "f");
  const JobId id = InsertOne(*store_, "g");
  store_->Write({Move(id, JobState::kQueued, JobState::kStarted)});
  JobQuery query;
  query.function = FunctionName{"g"};
  EXPECT_EQ(IdsOf(store_->ListJobs(query)), std::vector<JobId>{id});
  EXPECT_EQ(store_->ListJobs(query).total, 1);
  query.states = {JobState::kQueued};
  EXPECT_EQ(store_->ListJobs(query).total, 0);
}

TEST_P(StoreConformanceTest, ListsJobsOfOneWorker) {
  InsertOne(*store_);
  const JobId id = InsertOne(*store_);
  store_->Write({AssignWorker{id, JobState::kQueued, 1, {"w"}}});
  JobQuery query;
  query.worker = WorkerId{"w"};
  EXPECT_EQ(IdsOf(store_->ListJobs(query)), std::vector<JobId>{id});
  EXPECT_EQ(store_->ListJobs(query).total, 1);
  query.function = FunctionName{"other"};
  EXPECT_EQ(store_->ListJobs(query).total, 0);
}

TEST_P(StoreConformanceTest, CountsAJobInItsNewStateOnly) {
  const JobId id = InsertOne(*store_);
  store_->Write({Move(id, JobState::kQueued, JobState::kStarted),
                 Move(id, JobState::kStarted, JobState::kFinished)});
  JobQuery query;
  query.states = {JobState::kQueued, JobState::kStarted};
  EXPECT_EQ(store_->ListJobs(query).total, 0);
  query.states = {JobState::kFinished};
  EXPECT_EQ(store_->ListJobs(query).total, 1);
}

TEST_P(StoreConformanceTest, GivesUnfinishedJobsOldestFirst) {
  std::vector<JobId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(InsertOne(*store_));
  store_->Write({Move(ids[1], JobState::kQueued, JobState::kFailed)});
  store_->Write({Move(ids[2], JobState::kQueued, JobState::kStarted)});
  store_->Write({Move(ids[3], JobState::kQueued, JobState::kCancelling)});
  std::vector<JobId> found;
  for (const Job& job : store_->UnfinishedJobs()) found.push_back(job.id);
  EXPECT_EQ(found, (std::vector<JobId>{ids[0], ids[2], ids[3], ids[4]}));
}

TEST_P(StoreConformanceTest, OverwritesAndDeletesContexts) {
  ContextConfig config;
  config.name.value = "c";
  config.spark_conf = {{"spark.master", "local[2]"}};
  config.downtime = std::nullopt;
  config.max_jobs = 7;
  config.worker_mode = WorkerMode::kShared;
  config.run_options = "--x y";
  store_->Write({SaveContext{config}});
  config.jobs_per_worker = 3;
  config.streaming_duration = std::chrono::milliseconds(1500);
  store_->Write({SaveContext{config}});
  EXPECT_EQ(store_->Contexts(), std::vector<ContextConfig>{config});
  store_->Write({DeleteContext{config.name}, DeleteContext{{"unknown"}}});
  EXPECT_TRUE(store_->Contexts().empty());
}

TEST_P(StoreConformanceTest, OverwritesAndDeletesFunctions) {
  FunctionConfig config{{"f"}, "a.jar", "Foo$", {"default"}};
  store_->Write({SaveFunction{config}});
  config.path = "b.jar";
  store_->Write({SaveFunction{config}});
  EXPECT_EQ(store_->Functions(), std::vector<FunctionConfig>{config});
  store_->Write({DeleteFunction{config.name}});
  EXPECT_TRUE(store_->Functions().empty());
}

TEST_P(StoreConformanceTest, OverwritesAndDeletesArtifacts) {
  store_->Write({SaveArtifact{"a.jar", "s1", "s256", 5, FromEpochMillis(1)}});
  store_->Write({SaveArtifact{"a.jar", "t1", "t256", 6, FromEpochMillis(2)}});
  const std::vector<StoredArtifact> artifacts = store_->Artifacts();
  ASSERT_EQ(artifacts.size(), 1U);
  EXPECT_EQ(artifacts[0].sha1, "t1");
  EXPECT_EQ(artifacts[0].sha256, "t256");
  EXPECT_EQ(artifacts[0].bytes, 6);
  EXPECT_EQ(artifacts[0].created, FromEpochMillis(2));
  store_->Write({DeleteArtifact{"a.jar"}});
  EXPECT_TRUE(store_->Artifacts().empty());
}

TEST_P(StoreConformanceTest, KeepsSchemasByContentsAndClass) {
  store_->Write({SaveSchema{"sha", "Foo$", MakeSchema()}});
  EXPECT_EQ(store_->FindSchema("sha", "Foo$"), MakeSchema());
  EXPECT_FALSE(store_->FindSchema("sha", "Bar$"));
  EXPECT_FALSE(store_->FindSchema("other", "Foo$"));
}

TEST_P(StoreConformanceTest, KeepsEventsInTheOrderOfTheirNumbers) {
  EXPECT_EQ(store_->LastEvent(), 0);
  const EventRecord queued{1, JobEvent::Kind::kQueued, FromEpochMillis(5), {"a"}, {}};
  const EventRecord assigned{
      4, JobEvent::Kind::kWorkerAssigned, FromEpochMillis(6), {"b"}, WorkerId{"w 1"}};
  const EventRecord failed{5, JobEvent::Kind::kFailed, FromEpochMillis(7), {"a"}, {}};
  store_->Write({AppendEvents{{queued, assigned}}});
  store_->Write({AppendEvents{{failed}}});
  EXPECT_EQ(store_->LastEvent(), 5);
  EXPECT_EQ(store_->EventsAfter(0, 10), (std::vector{queued, assigned, failed}));
  EXPECT_EQ(store_->EventsAfter(1, 10), (std::vector{assigned, failed}));
  EXPECT_TRUE(store_->EventsAfter(5, 10).empty());
  EXPECT_EQ(store_->EventsAfter(1, 1).front(), assigned);
}

TEST_P(StoreConformanceTest, KeepsNoEventOfABatchThatFailed) {
  const EventRecord event{1, JobEvent::Kind::kStarted, FromEpochMillis(5), {"nobody"}, {}};
  EXPECT_EQ(CodeOfWrite(*store_, {Move({"nobody"}, JobState::kQueued, JobState::kStarted),
                                  AppendEvents{{event}}}),
            ErrorCode::kInternal);
  EXPECT_EQ(store_->LastEvent(), 0);
}

// ---- the retention ------------------------------------------------------------------------------

TEST_P(StoreConformanceTest, GivesEndedJobsOldestFirstInPages) {
  std::vector<JobId> ended;
  for (int i = 0; i < 7; ++i) {
    Job job = MakeJob();
    job.state = i % 3 == 0 ? JobState::kFailed : JobState::kFinished;
    ended.push_back(job.id);
    store_->Write({InsertJob{job}, InsertJob{MakeJob()}});
  }
  std::vector<JobId> seen;
  std::string through;
  do {
    const EndedJobs page = store_->EndedJobsAfter(through, 3);
    EXPECT_LE(page.jobs.size(), 3U);
    for (const Job& job : page.jobs) seen.push_back(job.id);
    through = page.through;
  } while (!through.empty());
  EXPECT_EQ(seen, ended);
  EXPECT_EQ(store_->Size().ended_jobs, 7);
}

TEST_P(StoreConformanceTest, DeletesJobsThatHaveEndedAndNoOthers) {
  Job ended = MakeJob();
  ended.state = JobState::kCancelled;
  const Job live = MakeJob();
  store_->Write({InsertJob{ended}, InsertJob{live}});
  store_->Write({DeleteJob{ended.id}, DeleteJob{live.id}, DeleteJob{{"unknown"}}});
  EXPECT_EQ(store_->FindJob(ended.id), std::nullopt);
  EXPECT_TRUE(store_->FindJob(live.id));
  EXPECT_EQ(store_->ListJobs({}).total, 1);
  EXPECT_EQ(store_->Size().ended_jobs, 0);
  EXPECT_TRUE(store_->IsHealthy());
}

TEST_P(StoreConformanceTest, DeletesEventsInWholeBatches) {
  const auto event = [](EventNumber number) {
    return EventRecord{number, JobEvent::Kind::kStarted, FromEpochMillis(number), {"j"}, {}};
  };
  store_->Write({AppendEvents{{event(1), event(2)}}, AppendEvents{{event(3)}},
                 AppendEvents{{event(4), event(5)}}});
  const std::vector<EventBatch> batches = store_->EventBatchesAfter(0, 2);
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[0].last, 2);
  EXPECT_EQ(batches[0].events, 2);
  EXPECT_GT(batches[0].bytes, 10);
  EXPECT_EQ(batches[1].time, FromEpochMillis(3));
  store_->Write({DeleteEvents{4}});
  EXPECT_EQ(store_->EventsAfter(0, 10), (std::vector{event(4), event(5)}));
  EXPECT_EQ(store_->LastEvent(), 5);
}

TEST_P(StoreConformanceTest, GivesJobsWithKeysInOrderOfKey) {
  for (const char* key : {"b", "a", "c"}) {
    Job job = MakeJob();
    job.request_key = key;
    if (*key == 'b') job.state = JobState::kFinished;
    store_->Write({InsertJob{job}, InsertJob{MakeJob()}});
  }
  const std::vector<KeyedJob> first = store_->JobsWithKeyAfter("", 2);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].request_key, "a");
  EXPECT_FALSE(first[0].ended);
  EXPECT_TRUE(first[1].ended);
  EXPECT_EQ(first[1].created, MakeJob().created);
  ASSERT_EQ(store_->JobsWithKeyAfter("b", 2).size(), 1U);
}

TEST_P(StoreConformanceTest, KnowsTheContentsThatLiveJobsNeed) {
  Job ended = MakeJob();
  ended.state = JobState::kFinished;
  ended.call.artifact_sha256 = "1";
  Job live = MakeJob();
  live.call.artifact_sha256 = "2";
  store_->Write({InsertJob{ended}, InsertJob{live}});
  EXPECT_EQ(store_->ContentsInUse(), std::vector<std::string>{"2"});
}

TEST_P(StoreConformanceTest, DeletesTheSchemasOfContents) {
  store_->Write({SaveSchema{"1", "A", {}}, SaveSchema{"1", "B", {}}, SaveSchema{"2", "A", {}}});
  store_->Write({DeleteSchemas{"1"}});
  EXPECT_FALSE(store_->FindSchema("1", "A") || store_->FindSchema("1", "B"));
  EXPECT_TRUE(store_->FindSchema("2", "A"));
}

TEST_P(StoreConformanceTest, ServesReadersWhileItWrites) {
  constexpr int kJobs = 300;
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  std::atomic<int> disagreements = 0;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      JobQuery query;
      query.limit = kJobs;
      while (!done) {
        const JobPage page = store_->ListJobs(query);
        if (page.total != static_cast<std::int64_t>(page.jobs.size())) ++disagreements;
      }
    });
  }
  for (int i = 0; i < kJobs; ++i) {
    store_->Submit({InsertJob{MakeJob()}}, {});
  }
  store_->Write({});
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(disagreements, 0);
  EXPECT_EQ(store_->ListJobs({}).total, kJobs);
}

}  // namespace mist::testing
