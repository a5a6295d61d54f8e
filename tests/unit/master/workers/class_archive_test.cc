#include "master/workers/class_archive.h"

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>

#include <gtest/gtest.h>

#include "master/workers/spawn_process_starter.h"
#include "tests/support/temp_folder.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

// Writes the archive that SPARK_SUBMIT_OPTS names when it trains, and writes down how it was
// called.
constexpr char kSparkSubmit[] = R"(#!/bin/sh
echo "$@" >> $SPARK_HOME/calls
case "$*" in *--version*) exit $(cat $SPARK_HOME/check_code);; esac
for option in $SPARK_SUBMIT_OPTS; do
  case $option in -XX:ArchiveClassesAtExit=*) echo archive > ${option#*=};; esac
done
exit $(cat $SPARK_HOME/train_code)
)";

// Starts real processes and lets a test wait for the end of each.
class WatchedStarter : public ProcessStarter {
 public:
  std::shared_ptr<Process> Start(ProcessSpec spec, OnEnd on_end) override {
    return starter_.Start(std::move(spec),
                          [this, on_end = std::move(on_end)](const ProcessEnd& end) {
                            on_end(end);
                            std::lock_guard lock(mu_);
                            ++ended_;
                            changed_.notify_all();
                          });
  }
  std::shared_ptr<Process> Adopt(pid_t, const std::function<bool()>&, OnEnd) override {
    return nullptr;
  }
  void AwaitEnded(int count) {
    std::unique_lock lock(mu_);
    ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [&] { return ended_ >= count; }));
  }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  int ended_ = 0;
  SpawnProcessStarter starter_;
};

struct World {
  World() {
    Write("bin/spark-submit", kSparkSubmit);
    fs::permissions(folder.Path() / "bin/spark-submit", fs::perms::owner_all);
    Write("train_code", "0");
    Write("check_code", "0");
    Write("worker.jar", "jar");
  }
  void Write(const std::string& name, const std::string& text) {
    fs::create_directories((folder.Path() / name).parent_path());
    std::ofstream(folder.Path() / name) << text;
  }
  std::unique_ptr<ClassArchive> Make(bool enabled = true) {
    const SparkHome spark{folder.Path(), "4.0.0", "2.13", folder.Path() / "worker.jar"};
    return std::make_unique<ClassArchive>(
        ClassArchiveOptions{enabled, folder.Path() / "archives", folder.Path()}, spark,
        Java{"/usr/bin/java", "17.0.9"}, starter);
  }
  int Archives() const {
    if (!fs::exists(folder.Path() / "archives")) return 0;
    const fs::directory_iterator files(folder.Path() / "archives");
    return static_cast<int>(std::distance(begin(files), end(files)));
  }

  testing::TempFolder folder;
  WatchedStarter starter;
};

bool IsUsed(ClassArchive& archive) {
  Environment environment = {{"SPARK_SUBMIT_OPTS", "-Dmine=1"}};
  archive.Use(environment);
  const bool used = environment.contains("SPARK_DIST_CLASSPATH");
  EXPECT_TRUE(environment["SPARK_SUBMIT_OPTS"].starts_with("-Dmine=1"));
  EXPECT_EQ(environment["SPARK_SUBMIT_OPTS"].find("-XX:SharedArchiveFile=") != std::string::npos,
            used);
  return used;
}

TEST(ClassArchiveTest, IsBuiltAtFirstUseAndUsedFromThenOn) {
  World world;
  const auto archive = world.Make();
  EXPECT_FALSE(IsUsed(*archive));
  world.starter.AwaitEnded(2);  // training and check
  EXPECT_TRUE(IsUsed(*archive));
  EXPECT_EQ(world.Archives(), 1);
}

TEST(ClassArchiveTest, IsFoundAgainByTheNextMaster) {
  World world;
  const auto first = world.Make();
  (void)IsUsed(*first);
  world.starter.AwaitEnded(2);
  EXPECT_TRUE(IsUsed(*world.Make()));
}

TEST(ClassArchiveTest, IsAnotherOneForAnotherWorkerJar) {
  World world;
  const auto first = world.Make();
  (void)IsUsed(*first);
  world.starter.AwaitEnded(2);
  world.Write("worker.jar", "newer jar");
  EXPECT_FALSE(IsUsed(*world.Make()));
}

TEST(ClassArchiveTest, IsGivenUpWhenTheTrainingFails) {
  World world;
  world.Write("train_code", "1");
  const auto archive = world.Make();
  (void)IsUsed(*archive);
  world.starter.AwaitEnded(1);
  EXPECT_FALSE(IsUsed(*archive));
  EXPECT_EQ(world.Archives(), 0);
}

TEST(ClassArchiveTest, IsGivenUpWhenNoJvmCanUseIt) {
  World world;
  world.Write("check_code", "1");
  const auto archive = world.Make();
  (void)IsUsed(*archive);
  world.starter.AwaitEnded(2);
  EXPECT_FALSE(IsUsed(*archive));
  EXPECT_EQ(world.Archives(), 0);
}

TEST(ClassArchiveTest, CanBeTurnedOff) {
  World world;
  EXPECT_FALSE(IsUsed(*world.Make(false)));
  EXPECT_FALSE(fs::exists(world.folder.Path() / "calls"));
}

}  // namespace
}  // namespace mist
