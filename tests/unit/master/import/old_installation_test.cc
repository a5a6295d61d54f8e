#include "master/import/old_installation.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/master/import/old_files.h"

namespace mist::testing {
namespace {

namespace fs = std::filesystem;

class OldInstallationTest : public ::testing::Test {
 protected:
  OldInstallation Find(OldInstallationOptions options = {}) {
    options.folder = folder_;
    return FindOldInstallation(options);
  }

  std::string ErrorOf(OldInstallationOptions options = {}) {
    try {
      Find(std::move(options));
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }

  const TempFolder temp_;
  const fs::path folder_ = temp_.Path() / "mist";
};

TEST_F(OldInstallationTest, HasTheFoldersOfTheOriginalWithoutAConfiguration) {
  WriteFile(folder_ / "recovery.db.mv.db", "");
  const OldInstallation old = Find();
  EXPECT_EQ(old.contexts_folder, folder_ / "data/contexts");
  EXPECT_EQ(old.functions_folder, folder_ / "data/functions");
  EXPECT_EQ(old.artifacts_folder, folder_ / "data/artifacts");
  EXPECT_EQ(old.logs_folder, folder_ / "logs");
  EXPECT_EQ(old.database.url, "jdbc:h2:file:recovery.db");
  EXPECT_FALSE(old.database_is_named);
  EXPECT_TRUE(old.config_file.empty());
}

TEST_F(OldInstallationTest, FollowsItsConfiguration) {
  const fs::path logs = temp_.Path() / "elsewhere";
  fs::create_directories(logs);
  WriteFile(folder_ / "configs/default.conf",
            "mist { log-service.dump_directory = \"" + logs.string() +
                "\"\n contexts-store.path = ${mist.work-directory}/ctx\n"
                " db { jdbcUrl = \"jdbc:postgresql://db/mist\", username = u, password = p } }");
  fs::create_directories(folder_ / "ctx");
  const OldInstallation old = Find();
  EXPECT_EQ(old.logs_folder, logs);
  EXPECT_EQ(old.contexts_folder, folder_ / "ctx");
  EXPECT_EQ(old.database.url, "jdbc:postgresql://db/mist");
  EXPECT_EQ(old.database.user, "u");
  EXPECT_EQ(old.database.password, "p");
  EXPECT_TRUE(old.database_is_named);
}

TEST_F(OldInstallationTest, AFilePathWinsOverAllElseAsInTheOriginal) {
  WriteFile(folder_ / "configs/default.conf",
            "mist.db { filepath = \"jobs.db\", jdbcUrl = \"jdbc:postgresql://db/mist\"\n"
            "  username = u, password = p }");
  const OldInstallation old = Find();
  EXPECT_EQ(old.database.url, "jdbc:h2:file:jobs.db");
  EXPECT_EQ(old.database.user + old.database.password, "");
}

TEST_F(OldInstallationTest, OptionsWinOverTheConfiguration) {
  WriteFile(folder_ / "configs/default.conf", "mist.db { filepath = \"jobs.db\", username = u }");
  WriteFile(temp_.Path() / "password", "secret\nmore\n");
  const OldInstallation old = Find({.db_url = "jdbc:postgresql://db/mist",
                                    .db_user = "v",
                                    .db_password_file = temp_.Path() / "password"});
  EXPECT_EQ(old.database.url, "jdbc:postgresql://db/mist");
  EXPECT_EQ(old.database.user, "v");
  EXPECT_EQ(old.database.password, "secret");
}

TEST_F(OldInstallationTest, TellsOfAnotherWorkDirectory) {
  WriteFile(folder_ / "configs/default.conf", "mist.work-directory = /var/mist");
  const OldInstallation old = Find();
  ASSERT_EQ(old.notes.size(), 1U);
  EXPECT_NE(old.notes[0].find("/var/mist"), std::string::npos);
  EXPECT_EQ(old.logs_folder, folder_ / "logs");
}

TEST_F(OldInstallationTest, AFolderThatIsNoneSaysWhatWasLookedFor) {
  EXPECT_NE(ErrorOf().find("there is no folder " + folder_.string()), std::string::npos);
  WriteFile(folder_ / "README", "");
  EXPECT_NE(ErrorOf().find("is no work folder of Mist 1.1"), std::string::npos);
  EXPECT_NE(ErrorOf().find("recovery.db.mv.db"), std::string::npos);
}

TEST_F(OldInstallationTest, AConfiguredFolderThatIsMissingIsNamedWithItsKeyAndLine) {
  WriteFile(folder_ / "configs/default.conf", "mist {\n functions-store.path = /no/such\n}");
  const std::string error = ErrorOf();
  EXPECT_NE(error.find("default.conf:2"), std::string::npos) << error;
  EXPECT_NE(error.find("functions-store.path is /no/such"), std::string::npos) << error;
  EXPECT_NE(error.find("--old-config"), std::string::npos) << error;
}

TEST_F(OldInstallationTest, OtherDatabasesAreRefused) {
  WriteFile(folder_ / "recovery.db.mv.db", "");
  EXPECT_NE(ErrorOf({.db_url = "jdbc:mysql://db"}).find("jdbc:mysql://db"), std::string::npos);
}

TEST_F(OldInstallationTest, AnEmptyPasswordFileIsRefused) {
  WriteFile(folder_ / "recovery.db.mv.db", "");
  EXPECT_NE(ErrorOf({.db_password_file = "/no/file"}).find("/no/file"), std::string::npos);
}

}  // namespace
}  // namespace mist::testing
