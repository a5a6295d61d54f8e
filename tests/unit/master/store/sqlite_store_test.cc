#include "master/store/sqlite_store.h"

#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "master/store/sqlite_connection.h"
#include "tests/support/jobs.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/master/store/store_conformance.h"

namespace mist::testing {
namespace {

std::unique_ptr<Store> OpenIn(const std::filesystem::path& folder) {
  return OpenSqliteStore({folder / "mist.db"});
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformanceTest, ::testing::Values(&OpenIn));

// Changes the file behind the store's back.
void RunSql(const std::filesystem::path& folder, const std::string& sql) {
  SqliteConnection connection(folder / "mist.db", SqliteConnection::Mode::kReadWrite);
  connection.Execute(sql.c_str());
}

std::optional<ErrorCode> CodeOfOpen(const std::filesystem::path& folder) {
  try {
    OpenIn(folder);
    return std::nullopt;
  } catch (const Error& error) {
    return error.Code();
  }
}

template <typename Call>
std::optional<ErrorCode> CodeOf(Call call) {
  try {
    call();
    return std::nullopt;
  } catch (const Error& error) {
    return error.Code();
  }
}

TEST(SqliteStoreTest, KeepsEverythingWhenItIsOpenedAgain) {
  const TempFolder folder;
  const Job job = MakeJob();
  OpenIn(folder.Path())->Write({InsertJob{job}, SaveFunction{{{"f"}, "a.jar", "Foo$", {"c"}}}});
  const std::unique_ptr<Store> store = OpenIn(folder.Path());
  EXPECT_EQ(store->FindJob(job.id)->arguments, job.arguments);
  EXPECT_EQ(store->Functions().size(), 1U);
  EXPECT_EQ(store->ListJobs({}).total, 1);
}

TEST(SqliteStoreTest, WritesWhatWasSubmittedBeforeItIsClosed) {
  const TempFolder folder;
  {
    const std::unique_ptr<Store> store = OpenIn(folder.Path());
    for (int i = 0; i < 100; ++i) store->Submit({InsertJob{MakeJob()}}, {});
  }
  EXPECT_EQ(OpenIn(folder.Path())->ListJobs({}).total, 100);
}

const std::string kDropVersion9 = "ALTER TABLE job DROP COLUMN course; ";

const std::string kDropVersion7 =
    kDropVersion9 +
    "DROP TABLE failed_starts; ALTER TABLE job DROP COLUMN retry; ALTER TABLE function DROP COLUMN "
    "retry; ";

const std::string kDropVersion5 =
    kDropVersion7 +
    "DROP TABLE worker; ALTER TABLE context DROP COLUMN checksum; ALTER TABLE function DROP COLUMN "
    "checksum; "
    "ALTER TABLE artifact DROP COLUMN checksum; ALTER TABLE argument_schema DROP COLUMN checksum; "
    "ALTER TABLE sink_cursor DROP COLUMN checksum; ";

TEST(SqliteStoreTest, GivesRowsOfVersionFourTheirChecksums) {
  const TempFolder folder;
  ContextConfig context;
  context.name = {"c"};
  const SaveArtifact artifact{"a.jar", "1", "2", 3, FromEpochMillis(4)};
  OpenIn(folder.Path())
      ->Write({SaveContext{context}, SaveFunction{{{"f"}, "a.jar", "Foo$", {"c"}}}, artifact,
               SaveSchema{"2", "Foo$", {}}, SaveSinkCursor{"kafka", 7}});
  RunSql(folder.Path(), kDropVersion5 + "DELETE FROM schema_version WHERE version > 4");
  const std::unique_ptr<Store> store = OpenIn(folder.Path());
  EXPECT_EQ(store->Contexts(), std::vector{context});
  EXPECT_EQ(store->Functions().size(), 1U);
  EXPECT_EQ(store->Artifacts().size(), 1U);
  EXPECT_TRUE(store->FindSchema("2", "Foo$"));
  EXPECT_EQ(store->SinkCursor("kafka"), 7);
}

TEST(SqliteStoreTest, BringsAFileOfVersionSixUpToDate) {
  const TempFolder folder;
  const Job plain = MakeJob();
  Job keyed = MakeJob();
  keyed.request_key = "k";
  const FunctionConfig whole{{"f"}, "a.jar", "Foo$", {"c"}};
  const FunctionConfig damaged{{"g"}, "a.jar", "Foo$", {"c"}};
  OpenIn(folder.Path())
      ->Write({InsertJob{plain}, InsertJob{keyed}, SaveFunction{whole}, SaveFunction{damaged}});
  RunSql(folder.Path(),
         kDropVersion7 +
             "UPDATE function SET checksum = row_checksum(name, path, class_name, default_context);"
             "UPDATE function SET class_name = 'Bar$' WHERE name = 'g';"
             "DELETE FROM schema_version WHERE version > 6");
  const std::unique_ptr<Store> store = OpenIn(folder.Path());
  EXPECT_EQ(store->FindJob(plain.id), plain);
  EXPECT_EQ(store->FindJobByKey("k"), keyed);
  EXPECT_EQ(store->Functions(), std::vector{whole});
  EXPECT_EQ(store->DamagedNames(NamedTable::kFunctions), std::vector<std::string>{"g"});
}

// ---- rows that are not what was written ---------------------------------------------------------

TEST(SqliteStoreTest, NamesDamagedRowsAndServesTheOthers) {
  const TempFolder folder;
  ContextConfig context;
  context.name = {"c"};
  ContextConfig other;
  other.name = {"d"};
  OpenIn(folder.Path())
      ->Write({SaveContext{context}, SaveContext{other},
               SaveFunction{{{"f"}, "a.jar", "Foo$", {"c"}}},
               SaveFunction{{{"g"}, "a.jar", "Foo$", {"c"}}},
               SaveArtifact{"a.jar", "1", "2", 3, {}}, SaveArtifact{"b.jar", "1", "2", 3, {}}});
  RunSql(folder.Path(),
         "UPDATE context SET config = replace(config, '\"max_jobs\":1', '\"max_jobs\":9') "
         "WHERE name = 'c'; UPDATE function SET retry = '{\"retries\":9}' WHERE name = 'f'; "
         "UPDATE artifact SET sha256 = '3' WHERE name = 'a.jar'");
  const std::unique_ptr<Store> store = OpenIn(folder.Path());
  EXPECT_EQ(store->Contexts(), std::vector{other});
  EXPECT_EQ(store->DamagedNames(NamedTable::kContexts), std::vector<std::string>{"c"});
  ASSERT_EQ(store->Functions().size(), 1U);
  EXPECT_EQ(store->Functions()[0].name.value, "g");
  EXPECT_EQ(store->DamagedNames(NamedTable::kFunctions), std::vector<std::string>{"f"});
  ASSERT_EQ(store->Artifacts().size(), 1U);
  EXPECT_EQ(store->Artifacts()[0].name, "b.jar");
  EXPECT_EQ(store->DamagedNames(NamedTable::kArtifacts), std::vector<std::string>{"a.jar"});

  store->Write({SaveContext{context}});
  EXPECT_EQ(store->Contexts().size(), 2U);
  EXPECT_TRUE(store->DamagedNames(NamedTable::kContexts).empty());
}

TEST(SqliteStoreTest, FindsNoWorkerWhoseRowIsDamaged) {
  const TempFolder folder;
  OpenIn(folder.Path())->Write({SaveWorker{{{"c_1"}, {}}}, SaveWorker{{{"c_2"}, {}}}});
  RunSql(folder.Path(), "UPDATE worker SET id = 'c_3' WHERE id = 'c_2'");
  const std::unique_ptr<Store> store = OpenIn(folder.Path());
  EXPECT_EQ(store->Workers().size(), 1U);
  EXPECT_EQ(store->DamagedNames(NamedTable::kWorkers), std::vector<std::string>{"c_3"});
}

TEST(SqliteStoreTest, LeavesDamagedFailedStartsOut) {
  const TempFolder folder;
  OpenIn(folder.Path())
      ->Write({SaveFailedStarts{{{"a"}, 1, false, {}, {}, {}, "no"}},
               SaveFailedStarts{{{"b"}, 1, false, {}, {}, {}, "no"}}});
  RunSql(folder.Path(), "UPDATE failed_starts SET broken = 1 WHERE context = 'a'");
  const std::unique_ptr<Store> store = OpenIn(folder.Path());
  ASSERT_EQ(store->FailingContexts().size(), 1U);
  EXPECT_EQ(store->FailingContexts()[0].context.value, "b");
  EXPECT_EQ(store->DamagedNames(NamedTable::kFailedStarts), std::vector<std::string>{"a"});
}

TEST(SqliteStoreTest, HasNoSchemaWhereItIsDamaged) {
  const TempFolder folder;
  OpenIn(folder.Path())->Write({SaveSchema{"2", "Foo$", {}}});
  RunSql(folder.Path(), "UPDATE argument_schema SET schema = replace(schema, 'scala', 'java')");
  EXPECT_FALSE(OpenIn(folder.Path())->FindSchema("2", "Foo$"));
}

TEST(SqliteStoreTest, LeavesDamagedEventsOut) {
  const TempFolder folder;
  const auto event = [](EventNumber number) {
    return AppendEvents{{{number, JobEvent::Kind::kStarted, {}, {"j"}, {}}}};
  };
  OpenIn(folder.Path())->Write({event(1), event(2), event(3)});
  RunSql(folder.Path(), "UPDATE event_batch SET events = '' WHERE last_number = 2");
  const std::vector<EventRecord> events = OpenIn(folder.Path())->EventsAfter(0, 10);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].number, 3);
}

TEST(SqliteStoreTest, BeginsAgainForASinkWhoseCursorIsDamaged) {
  const TempFolder folder;
  OpenIn(folder.Path())->Write({SaveSinkCursor{"kafka", 7}});
  RunSql(folder.Path(), "UPDATE sink_cursor SET through = 70");
  EXPECT_EQ(OpenIn(folder.Path())->SinkCursor("kafka"), 0);
  EXPECT_EQ(OpenIn(folder.Path())->SinkCursor("mqtt"), std::nullopt);
}

TEST(SqliteStoreTest, TellsWhatItCanOfAJobOfVersionEight) {
  const TempFolder folder;
  Job job = MakeJob();
  job.state = JobState::kFailed;
  job.attempt = 2;
  job.worker = WorkerId{"w"};
  job.started = FromEpochMillis(20);
  job.ended = FromEpochMillis(30);
  OpenIn(folder.Path())->Write({InsertJob{job}});
  RunSql(folder.Path(), kDropVersion9 + "DELETE FROM schema_version WHERE version > 8");
  const std::vector<JobStep> expected = {
      {JobEvent::Kind::kQueued, job.created, 0},
      {JobEvent::Kind::kWorkerAssigned, *job.started, 2, job.worker},
      {JobEvent::Kind::kStarted, *job.started, 2},
      {JobEvent::Kind::kFailed, *job.ended, 2}};
  EXPECT_EQ(OpenIn(folder.Path())->JobCourse(job.id), expected);
}

TEST(SqliteStoreTest, ASearchLooksAtABoundedNumberOfJobs) {
  const TempFolder folder;
  const std::unique_ptr<Store> store = OpenIn(folder.Path());
  Job job = MakeJob("rare");
  const JobId oldest = job.id;
  store->Write({InsertJob{job}});
  std::vector<Mutation> batch;
  for (int i = 0; i < 45'000; ++i) {
    job = MakeJob("usual");
    batch.emplace_back(InsertJob{job});
  }
  store->Write(std::move(batch));
  JobQuery query;
  query.filter.functions = {"r*"};
  int pages = 0;
  JobPage page;
  do {
    page = store->ListJobs(query);
    EXPECT_EQ(page.next.has_value(), page.jobs.empty());
    EXPECT_EQ(page.next.has_value(), page.scanned_to.has_value());
    query.before = page.next;
    ++pages;
  } while (page.next);
  ASSERT_EQ(page.jobs.size(), 1U);
  EXPECT_EQ(page.jobs[0].id, oldest);
  EXPECT_EQ(pages, 3);
}

TEST(SqliteStoreTest, BringsAFileOfVersionTwoUpToDate) {
  const TempFolder folder;
  const Job older = MakeJob();
  const Job newer = MakeJob();
  OpenIn(folder.Path())->Write({InsertJob{newer}, InsertJob{older}});
  RunSql(folder.Path(),
         kDropVersion5 +
             "DROP TABLE sink_cursor; DROP INDEX job_by_request_key; "
             "ALTER TABLE job DROP COLUMN request_key; ALTER TABLE job DROP COLUMN reply_topic; "
             "DROP INDEX job_by_state; DROP INDEX job_by_function; "
             "DROP INDEX job_by_worker; ALTER TABLE job DROP COLUMN position; "
             "CREATE INDEX job_by_state ON job (state, id); "
             "CREATE INDEX job_by_function ON job (function, state, id); "
             "CREATE INDEX job_by_worker ON job (worker, state, id) WHERE worker IS NOT NULL; "
             "DELETE FROM schema_version WHERE version > 2");
  const JobPage page = OpenIn(folder.Path())->ListJobs({});
  ASSERT_EQ(page.jobs.size(), 2U);
  EXPECT_EQ(page.jobs[0].id, newer.id);
  EXPECT_EQ(page.jobs[1].id, older.id);
}

TEST(SqliteStoreTest, RefusesTheFileOfANewerVersion) {
  const TempFolder folder;
  OpenIn(folder.Path());
  RunSql(folder.Path(), "INSERT INTO schema_version VALUES (1000)");
  EXPECT_EQ(CodeOfOpen(folder.Path()), ErrorCode::kInvalidConfig);
}

TEST(SqliteStoreTest, RefusesTheDatabaseOfAnotherProgram) {
  const TempFolder folder;
  RunSql(folder.Path(), "CREATE TABLE theirs (x)");
  EXPECT_EQ(CodeOfOpen(folder.Path()), ErrorCode::kCorrupt);
}

TEST(SqliteStoreTest, RefusesAFileThatIsNoDatabase) {
  const TempFolder folder;
  std::ofstream(folder.Path() / "mist.db") << std::string(8192, 'x');
  EXPECT_EQ(CodeOfOpen(folder.Path()), ErrorCode::kCorrupt);
}

TEST(SqliteStoreTest, ReportsAFolderThatDoesNotExist) {
  const TempFolder folder;
  EXPECT_EQ(CodeOfOpen(folder.Path() / "missing"), ErrorCode::kIo);
}

TEST(SqliteStoreTest, CopiesTheLogIntoTheFileWhileItIsOpen) {
  const TempFolder folder;
  const std::unique_ptr<Store> store = OpenIn(folder.Path());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::filesystem::file_size(folder.Path() / "mist.db") < (10 << 20)) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    Job job = MakeJob();
    job.arguments.value = '"' + std::string(1 << 20, 'x') + '"';
    store->Write({InsertJob{std::move(job)}});
  }
}

class DamagedRowTest : public ::testing::TestWithParam<const char*> {};

TEST_P(DamagedRowTest, IsNeverServedAsTruth) {
  const TempFolder folder;
  Job job = MakeJob();
  job.worker = WorkerId{"w"};
  job.retry.retries = 1;
  const Job other = MakeJob();
  OpenIn(folder.Path())->Write({InsertJob{job}, InsertJob{other}});
  const std::string where = std::string(" WHERE id = '") + job.id.value + "'";
  RunSql(folder.Path(), GetParam() + where);

  const std::unique_ptr<Store> store = OpenIn(folder.Path());
  EXPECT_EQ(CodeOf([&] { store->FindJob(job.id); }), ErrorCode::kCorrupt);
  const std::vector<Job> unfinished = store->UnfinishedJobs();
  ASSERT_EQ(unfinished.size(), 1U);
  EXPECT_EQ(unfinished[0].id, other.id);
  const JobPage page = store->ListJobs({});
  ASSERT_EQ(page.jobs.size(), 1U);
  EXPECT_EQ(page.jobs[0].id, other.id);
}

INSTANTIATE_TEST_SUITE_P(
    Columns, DamagedRowTest,
    ::testing::Values("UPDATE job SET arguments = '{\"n\":2}'", "UPDATE job SET function = 'g'",
                      "UPDATE job SET artifact_bytes = artifact_bytes + 1",
                      "UPDATE job SET external_id = NULL", "UPDATE job SET retry = NULL",
                      "UPDATE job SET retry = '{\"retries\":9}'",
                      "UPDATE job SET state = 'started'", "UPDATE job SET worker = 'v'",
                      "UPDATE job SET result = '1'",
                      "UPDATE job SET call_checksum = call_checksum + 1",
                      "UPDATE job SET progress_checksum = progress_checksum + 1"));

TEST(SqliteStoreTest, PagesThroughAHundredThousandJobsByKey) {
  constexpr int kJobs = 100'000;
  const TempFolder folder;
  const std::unique_ptr<Store> store = OpenIn(folder.Path());
  for (int i = 0; i < kJobs; i += 1000) {
    std::vector<Mutation> batch;
    for (int j = 0; j < 1000; ++j) batch.push_back(InsertJob{MakeJob(j % 2 == 0 ? "f" : "g")});
    store->Submit(std::move(batch), {});
  }
  store->Write({});

  JobQuery query;
  query.function = FunctionName{"g"};
  query.limit = 1000;
  std::set<JobId> seen;
  for (JobPage page = store->ListJobs(query); !page.jobs.empty(); page = store->ListJobs(query)) {
    EXPECT_EQ(page.total, kJobs / 2);
    for (const Job& job : page.jobs) EXPECT_TRUE(seen.insert(job.id).second);
    query.before = page.jobs.back().id;
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kJobs / 2));
}

}  // namespace
}  // namespace mist::testing
