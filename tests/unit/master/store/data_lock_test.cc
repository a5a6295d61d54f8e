#include "master/store/data_lock.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "tests/support/temp_folder.h"

namespace mist::testing {
namespace {

TEST(DataLockTest, NamesTheHolderToASecondMaster) {
  const TempFolder folder;
  const DataLock lock(folder.Path() / "data");
  try {
    const DataLock second(folder.Path() / "data");
    FAIL() << "a second lock was given";
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kUnavailable);
    const std::string message = error.what();
    EXPECT_NE(message.find("pid=" + std::to_string(::getpid())), std::string::npos) << message;
    EXPECT_NE(message.find("host="), std::string::npos) << message;
    EXPECT_NE(message.find("started=2"), std::string::npos) << message;
  }
}

TEST(DataLockTest, IsFreeAgainWhenTheHolderIsGone) {
  const TempFolder folder;
  { const DataLock lock(folder.Path()); }
  EXPECT_NO_THROW(DataLock(folder.Path()));
}

TEST(DataLockTest, LeavesOtherFoldersFree) {
  const TempFolder folder;
  const DataLock lock(folder.Path() / "a");
  EXPECT_NO_THROW(DataLock(folder.Path() / "b"));
}

}  // namespace
}  // namespace mist::testing
