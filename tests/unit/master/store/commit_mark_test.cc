#include "master/store/commit_mark.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "master/store/sqlite_connection.h"
#include "master/store/sqlite_store.h"
#include "master/store/store_backup.h"
#include "tests/support/jobs.h"
#include "tests/support/temp_folder.h"

namespace mist::testing {
namespace {

using std::filesystem::path;

// Name of a file beside the database, without the database's own, and contents.
using Files = std::map<std::string, std::string>;

constexpr std::size_t kFrameBytes = 24 + 4096;

class CommitMarkTest : public ::testing::Test {
 protected:
  // A job, and the event that tells of it.
  void Commit(Store& store) {
    const Job job = MakeJob();
    const EventRecord event{++event_, JobEvent::Kind::kQueued, job.created, job.id, {}};
    store.Write({InsertJob{job}, AppendEvents{{event}}});
  }

  // Of a store that was killed: some commits are in the database already, some in the log only.
  Files Killed() {
    { Commit(*OpenSqliteStore({database_})); }
    const std::unique_ptr<Store> store = OpenSqliteStore({database_});
    for (int i = 0; i < 5; ++i) Commit(*store);
    return Read();
  }

  // Those that are not empty.
  Files Read() const {
    Files files;
    for (const char* name : {"", "-wal", "-mark"}) {
      std::ifstream stream(database_.string() + name, std::ios::binary);
      std::string contents(std::istreambuf_iterator<char>(stream), {});
      if (!contents.empty()) files[name] = std::move(contents);  // whoever reads makes an empty log
    }
    return files;
  }

  // In place of all that is there.
  void Put(const Files& files) const {
    for (const char* name : {"", "-wal", "-mark", "-shm"})
      std::filesystem::remove(database_.string() + name);
    for (const auto& [name, contents] : files)
      std::ofstream(database_.string() + name, std::ios::binary) << contents;
  }

  // The start's error, which leaves every file as it is. Empty: it starts.
  std::string Start() const {
    const Files before = Read();
    const bool is_found = FindLostCommits(database_).has_value();
    EXPECT_TRUE(Read() == before);
    try {
      OpenSqliteStore({database_})->Size();
    } catch (const Error& error) {
      EXPECT_TRUE(is_found);
      EXPECT_EQ(error.Code(), ErrorCode::kCorrupt);
      EXPECT_TRUE(Read() == before);
      return error.what();
    }
    EXPECT_FALSE(is_found);
    return {};
  }

  void ExpectRefused(const Files& files, const std::string& why) const {
    Put(files);
    const std::string error = Start();
    EXPECT_NE(error.find(why), std::string::npos) << error;
    EXPECT_NE(error.find("delete " + database_.string() + "-mark"), std::string::npos) << error;
  }

  const TempFolder folder_;
  const path database_ = folder_.Path() / "mist.db";
  EventNumber event_ = 0;
};

TEST_F(CommitMarkTest, FindsALogThatIsCutAnywhere) {
  const Files files = Killed();
  const std::size_t bytes = files.at("-wal").size();
  ASSERT_EQ((bytes - kLogHeaderBytes) % kFrameBytes, 0U);
  for (std::size_t left = kLogHeaderBytes; left < bytes; left += kFrameBytes * 5 / 3) {
    Files cut = files;
    cut["-wal"].resize(left);
    ExpectRefused(cut, "is cut off or damaged behind frame " +
                           std::to_string((left - kLogHeaderBytes) / kFrameBytes));
  }
}

TEST_F(CommitMarkTest, FindsAChangedBitInAnyFrame) {
  const Files files = Killed();
  for (std::size_t place = kLogHeaderBytes; place < files.at("-wal").size(); place += 9237) {
    Files changed = files;
    changed["-wal"][place] ^= 0x10;
    const std::size_t frame = (place - kLogHeaderBytes) / kFrameBytes;
    // The number of pages and the page itself are in the checksum, as the rest is.
    ExpectRefused(changed, "is cut off or damaged behind frame " + std::to_string(frame));
  }
}

TEST_F(CommitMarkTest, FindsThatTheLogIsGoneOrCannotBeRecognized) {
  Files files = Killed();
  Files without = files;
  without.erase("-wal");
  ExpectRefused(without, "ends at event 1, but event 6 was committed");
  without["-wal"] = "";
  ExpectRefused(without, "ends at event 1, but event 6 was committed");
  files["-wal"][17] ^= 1;
  ExpectRefused(files, "ends at event 1, but event 6 was committed");
}

TEST_F(CommitMarkTest, FindsAnEmptyDatabase) {
  Files files = Killed();
  files[""].clear();
  ExpectRefused(files, "mist.db is empty");
}

TEST_F(CommitMarkTest, WhoDeletesTheMarkGoesOnWithWhatIsLeft) {
  Files files = Killed();
  files["-wal"].resize(files["-wal"].size() - 1);
  files.erase("-mark");
  Put(files);
  EXPECT_EQ(Start(), "");
  EXPECT_EQ(OpenSqliteStore({database_})->LastEvent(), event_ - 1);
}

TEST_F(CommitMarkTest, AStopLeavesNeitherLogNorMark) {
  Killed();
  EXPECT_EQ(Read().size(), 1U);
  EXPECT_EQ(Start(), "");
}

TEST_F(CommitMarkTest, AKilledStoreIsWhole) {
  Put(Killed());
  EXPECT_EQ(Start(), "");
  EXPECT_EQ(OpenSqliteStore({database_})->LastEvent(), event_);
}

// A power cut may leave any mark that was written before, or a part of one.
TEST_F(CommitMarkTest, AnOlderOrTornMarkSaysNothing) {
  const std::unique_ptr<Store> store = OpenSqliteStore({database_});
  std::vector<std::string> marks;
  for (int i = 0; i < 3; ++i) {
    Commit(*store);
    marks.push_back(Read().at("-mark"));
  }
  Files files = Read();
  for (const std::string& mark : marks) {
    files["-mark"] = mark;
    Put(files);
    EXPECT_EQ(Start(), "");
    for (std::size_t bytes = 4; bytes < mark.size(); bytes += 8) {
      files["-mark"] = marks.back().substr(0, bytes) + mark.substr(bytes);
      Put(files);
      EXPECT_EQ(Start(), "");
      files["-mark"] = mark.substr(0, bytes);
      Put(files);
      EXPECT_EQ(Start(), "");
    }
  }
}

// Killed before the first mark of the log that was begun anew, and after it.
TEST_F(CommitMarkTest, ALogThatIsBegunAnewIsAnotherOne) {
  const std::unique_ptr<Store> store = OpenSqliteStore({database_});
  for (int i = 0; i < 5; ++i) Commit(*store);
  const std::string old_mark = Read().at("-mark");
  SqliteConnection(database_, SqliteConnection::Mode::kReadWrite)
      .Execute("SELECT count(*) FROM job; PRAGMA wal_checkpoint(RESTART)");
  Commit(*store);
  Files files = Read();
  EXPECT_NE(files.at("-mark"), old_mark);
  Files cut = files;
  files["-mark"] = old_mark;
  cut["-wal"].resize(kLogHeaderBytes);
  Put(files);
  EXPECT_EQ(Start(), "");
  ExpectRefused(cut, "is cut off or damaged behind frame 0");
}

// As a version does that knows of no mark, or the sqlite3 program.
TEST_F(CommitMarkTest, OthersMayTakeTheLogIntoTheDatabase) {
  Put(Killed());
  {
    SqliteConnection other(database_, SqliteConnection::Mode::kReadWrite);
    other.Execute("UPDATE job SET priority = priority");
  }
  EXPECT_FALSE(std::filesystem::exists(database_.string() + "-wal"));
  EXPECT_TRUE(std::filesystem::exists(database_.string() + "-mark"));
  EXPECT_EQ(Start(), "");
}

TEST_F(CommitMarkTest, IsNotAboutABackupThatTookTheDatabasesPlace) {
  const path backup = folder_.Path() / "backup.db";
  const auto ignore = [](const StoreFinding&) {};
  { Commit(*OpenSqliteStore({database_})); }
  BackUpDatabase(database_, backup, ignore);
  const Files killed = Killed();

  Put({{"-mark", killed.at("-mark")}});
  std::filesystem::copy_file(backup, database_);  // by hand
  EXPECT_EQ(Start(), "");
  EXPECT_FALSE(std::filesystem::exists(database_.string() + "-mark"));

  Put(killed);
  ASSERT_TRUE(RestoreDatabase(backup, database_, folder_.Path() / "kept.db", ignore));
  EXPECT_EQ(Start(), "");

  Put({{"-mark", killed.at("-mark")}});  // the database was deleted
  EXPECT_EQ(Start(), "");
}

TEST_F(CommitMarkTest, ARestoreKeepsADamagedLogAsItIs) {
  const path backup = folder_.Path() / "backup.db";
  const path kept = folder_.Path() / "kept.db";
  const auto ignore = [](const StoreFinding&) {};
  { Commit(*OpenSqliteStore({database_})); }
  BackUpDatabase(database_, backup, ignore);
  Files cut = Killed();
  cut["-wal"].resize(cut["-wal"].size() / 2);
  Put(cut);
  ASSERT_TRUE(RestoreDatabase(backup, database_, kept, ignore));
  const auto bytes = [](const path& file) {
    std::ifstream stream(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  EXPECT_TRUE(bytes(kept) == cut[""]);
  EXPECT_TRUE(bytes(kept.string() + "-wal") == cut["-wal"]);
  EXPECT_EQ(Start(), "");
}

}  // namespace
}  // namespace mist::testing
