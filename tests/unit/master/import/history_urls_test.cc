#include <gtest/gtest.h>

#include "base/error.h"
#include "master/import/h2_history.h"
#include "master/import/postgres_history.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/master/import/old_files.h"

namespace mist::testing {
namespace {

TEST(H2HistoryTest, FindsTheFileOfAUrl) {
  const TempFolder folder;
  WriteFile(folder.Path() / "a" / "recovery.db.mv.db", "");
  WriteFile(folder.Path() / "old.h2.db", "");
  const std::filesystem::path file = folder.Path() / "a" / "recovery.db.mv.db";
  EXPECT_EQ(FindH2File("jdbc:h2:file:a/recovery.db", folder.Path()), file);
  EXPECT_EQ(FindH2File("jdbc:h2:a/recovery.db;DATABASE_TO_UPPER=false", folder.Path()), file);
  EXPECT_EQ(FindH2File("jdbc:h2:" + (folder.Path() / "a/recovery.db").string(), "/elsewhere"),
            file);
  EXPECT_EQ(FindH2File("jdbc:h2:file:old", folder.Path()), folder.Path() / "old.h2.db");
  EXPECT_EQ(FindH2File("jdbc:h2:file:none", folder.Path()), std::filesystem::path());
}

TEST(H2HistoryTest, RefusesDatabasesThatAreNoFile) {
  for (const char* url : {"jdbc:h2:tcp://db/recovery", "jdbc:h2:mem:x", "jdbc:h2:"}) {
    EXPECT_THROW(FindH2File(url, "/"), Error) << url;
  }
}

TEST(H2HistoryTest, AMissingReaderSaysHowToGetIt) {
  const TempFolder folder;
  WriteFile(folder.Path() / "recovery.db.mv.db", "");
  try {
    OpenH2History(folder.Path() / "recovery.db.mv.db", {}, {.java = "/bin/true", .jar = "/no.jar"});
    FAIL() << "there is no jar";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kInvalidConfig);
    EXPECT_NE(std::string(error.what()).find("/no.jar"), std::string::npos);
  }
}

TEST(PostgresHistoryTest, MakesUrisOfJdbcUrls) {
  EXPECT_EQ(PostgresUri({"jdbc:postgresql://db:5433/mist", "", ""}), "postgresql://db:5433/mist");
  EXPECT_EQ(PostgresUri({"jdbc:postgresql:mist", "", ""}), "postgresql://localhost/mist");
  EXPECT_EQ(PostgresUri({"jdbc:postgresql:/mist", "", ""}), "postgresql://localhost/mist");
  EXPECT_EQ(PostgresUri({"jdbc:postgresql://db/mist?sslmode=verify-full", "me", "a b&c=ü"}),
            "postgresql://db/mist?sslmode=verify-full&user=me&password=a%20b%26c%3D%C3%BC");
  EXPECT_EQ(PostgresUri({"jdbc:postgresql://db/mist", "me", ""}), "postgresql://db/mist?user=me");
}

TEST(PostgresHistoryTest, AServerThatCannotBeReachedIsNamedWithoutThePassword) {
  const TempFolder folder;
  const std::string url = "jdbc:postgresql:///mist?host=" + folder.Path().string();
  try {
    OpenPostgresHistory({url, "me", "secret word"});
    FAIL() << "there is no server";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_EQ(error.Code(), ErrorCode::kUnavailable);
    EXPECT_TRUE(text.starts_with("cannot connect to jdbc:postgresql:///mist:")) << text;
    EXPECT_EQ(text.find("secret"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace mist::testing
