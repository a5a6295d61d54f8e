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
void RunSql(const std::filesystem::path& folder, const char* sql) {
  SqliteConnection connection(folder / "mist.db", SqliteConnection::Mode::kReadWrite);
  connection.Execute(sql);
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
  const Job other = MakeJob();
  OpenIn(folder.Path())->Write({InsertJob{job}, InsertJob{other}});
  const std::string where = std::string(" WHERE id = '") + job.id.value + "'";
  RunSql(folder.Path(), (GetParam() + where).c_str());

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
                      "UPDATE job SET external_id = NULL", "UPDATE job SET state = 'started'",
                      "UPDATE job SET worker = 'v'", "UPDATE job SET result = '1'",
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
