#include "master/workers/spawn_process_starter.h"

#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/master/workers/inherited_process.h"

namespace mist {
namespace {

struct World {
  testing::TempFolder folder;
  SpawnProcessStarter starter;
  std::promise<ProcessEnd> end;

  std::shared_ptr<Process> Shell(const std::string& script) {
    return starter.Start({{"/bin/sh", "-c", script}, {"GREETING=hello"}, Output()},
                         [this](const ProcessEnd& how) { end.set_value(how); });
  }
  std::filesystem::path Output() const { return folder.Path() / "output"; }
  std::string Written() const {
    std::stringstream text;
    text << std::ifstream(Output()).rdbuf();
    return text.str();
  }
};

TEST(SpawnProcessStarterTest, TellsTheExitCode) {
  World world;
  (void)world.Shell("exit 7");
  EXPECT_EQ(Describe(world.end.get_future().get()), "exit code 7");
}

TEST(SpawnProcessStarterTest, TellsTheSignal) {
  World world;
  const auto process = world.Shell("sleep 100");
  kill(process->Id(), SIGTERM);
  EXPECT_EQ(world.end.get_future().get().signal, SIGTERM);
}

TEST(SpawnProcessStarterTest, AppendsOutputAndErrorsInOrderToTheFile) {
  World world;
  std::ofstream(world.Output()) << "before\n";
  (void)world.Shell("echo out; echo err >&2");
  world.end.get_future().get();
  EXPECT_EQ(world.Written(), "before\nout\nerr\n");
}

TEST(SpawnProcessStarterTest, GivesExactlyTheEnvironmentAndNoOpenFile) {
  World world;
  (void)world.Shell(
      "echo $GREETING; cat; for f in /proc/self/fd/*; do echo ${f##*/}; done | sort -n | tail -1");
  world.end.get_future().get();
  // 3 is the shell's own, of the glob or the pipe; the epoll, eventfd and pidfd of the starter are
  // not there.
  EXPECT_TRUE(world.Written() == "hello\n2\n" || world.Written() == "hello\n3\n")
      << world.Written();
}

TEST(SpawnProcessStarterTest, KillEndsTheWholeGroup) {
  World world;
  const auto process = world.Shell("sleep 1000 & echo started; wait");
  process->Kill();
  EXPECT_EQ(world.end.get_future().get().signal, SIGKILL);
  process->Kill();  // nothing happens
}

TEST(SpawnProcessStarterTest, KillsWhatTheLeaderLeavesBehind) {
  World world;
  const std::string pipe = (world.folder.Path() / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const FileHandle reader = OpenFile(pipe, O_RDONLY | O_NONBLOCK);
  // The one left behind holds the only writing end, which is closed when it dies.
  (void)world.Shell("exec 8> " + pipe + "; sleep 1000 & exit 0");
  EXPECT_EQ(world.end.get_future().get().exit_code, 0);
  pollfd waiting{reader.Descriptor(), POLLIN, 0};
  EXPECT_EQ(poll(&waiting, 1, 10'000), 1);
  EXPECT_NE(waiting.revents & POLLHUP, 0);
}

TEST(SpawnProcessStarterTest, ReapsAnAdoptedChildOfTheProgramBefore) {
  World world;
  testing::InheritedProcess child("read line; exit 7", {}, world.Output());
  (void)world.starter.Adopt(
      child.Id(), [] { return true; }, [&](const ProcessEnd& how) { world.end.set_value(how); });
  child.EndInput();
  EXPECT_EQ(Describe(world.end.get_future().get()), "exit code 7");
  EXPECT_FALSE(child.IsChild());
}

TEST(SpawnProcessStarterTest, ThrowsWhenTheProgramCannotBeRun) {
  World world;
  EXPECT_THROW((void)world.starter.Start({{"/no/such/program"}, {}, world.Output()},
                                         [](const ProcessEnd&) {}),
               Error);
}

TEST(SpawnProcessStarterTest, ThrowsWhenTheOutputFileCannotBeOpened) {
  World world;
  EXPECT_THROW((void)world.starter.Start({{"/bin/true"}, {}, "/no/such/folder/file"},
                                         [](const ProcessEnd&) {}),
               Error);
}

}  // namespace
}  // namespace mist
