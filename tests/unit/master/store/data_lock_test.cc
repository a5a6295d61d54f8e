#include "master/store/data_lock.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
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

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

pid_t EndedProcess() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

TEST(DataLockTest, WaitsForWhatADeadHolderHasLeft) {
  const TempFolder folder;
  std::optional<DataLock> left(folder.Path());
  const std::filesystem::path file = folder.Path() / "master.lock";
  std::string holder = ReadFile(file);
  const std::string own = "pid=" + std::to_string(::getpid());
  std::ofstream(file) << holder.replace(0, own.size(), "pid=" + std::to_string(EndedProcess()));
  auto next = std::async(std::launch::async, [&] { const DataLock lock(folder.Path()); });
  EXPECT_EQ(next.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  left.reset();
  EXPECT_NO_THROW(next.get());
}

TEST(DataLockTest, LeavesOtherFoldersFree) {
  const TempFolder folder;
  const DataLock lock(folder.Path() / "a");
  EXPECT_NO_THROW(DataLock(folder.Path() / "b"));
}

}  // namespace
}  // namespace mist::testing
