#include "master/workers/spark_home.h"

#include <filesystem>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/temp_folder.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

void MakeFile(const fs::path& path, const std::string& text = "", bool executable = false) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
  if (executable) fs::permissions(path, fs::perms::owner_all);
}

struct World {
  testing::TempFolder folder;
  WorkerInstall install{folder.Path() / "spark", folder.Path() / "mist", {}, {}};

  void AddSpark(const std::string& core_jar) {
    MakeFile(install.spark_home / "bin" / "spark-submit", "#!/bin/sh\n", true);
    MakeFile(install.spark_home / "jars" / core_jar);
  }
  void AddWorkerJar(const std::string& scala) {
    MakeFile(install.mist_home / "lib" / ("mist-worker_" + scala + ".jar"));
  }
};

std::string Complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.Code(), ErrorCode::kInvalidConfig);
    return error.what();
  }
  return "";
}

std::string SparkComplaint(const WorkerInstall& install) {
  return Complaint([&] { (void)DetectSpark(install); });
}

TEST(SparkHomeTest, ReadsVersionAndScalaLineFromTheCoreJar) {
  World world;
  world.AddSpark("spark-core_2.12-3.5.7.jar");
  world.AddWorkerJar("2.12");
  const SparkHome spark = DetectSpark(world.install);
  EXPECT_EQ(spark.version, "3.5.7");
  EXPECT_EQ(spark.scala, "2.12");
  EXPECT_EQ(spark.worker_jar, world.install.mist_home / "lib" / "mist-worker_2.12.jar");
}

TEST(SparkHomeTest, TakesPreviewVersions) {
  World world;
  world.AddSpark("spark-core_2.13-4.1.0-preview1.jar");
  world.AddWorkerJar("2.13");
  EXPECT_EQ(DetectSpark(world.install).version, "4.1.0-preview1");
}

TEST(SparkHomeTest, SaysThatSparkHomeIsNotSet) {
  World world;
  world.install.spark_home = "";
  EXPECT_NE(SparkComplaint(world.install).find("SPARK_HOME is not set"), std::string::npos);
}

TEST(SparkHomeTest, NamesAFolderThatDoesNotExist) {
  World world;
  const std::string complaint = SparkComplaint(world.install);
  EXPECT_NE(complaint.find(world.install.spark_home.string()), std::string::npos);
  EXPECT_NE(complaint.find("no such folder"), std::string::npos);
}

TEST(SparkHomeTest, SaysThatTheCoreJarIsMissing) {
  World world;
  world.AddSpark("something-else.jar");
  EXPECT_NE(SparkComplaint(world.install).find("spark-core_"), std::string::npos);
}

TEST(SparkHomeTest, RefusesVersionsThatTheHarnessIsNotBuiltFor) {
  World world;
  world.AddSpark("spark-core_2.11-2.4.8.jar");
  const std::string complaint = SparkComplaint(world.install);
  EXPECT_NE(complaint.find("2.4.8"), std::string::npos);
  EXPECT_NE(complaint.find("supported are 3.5 and 4"), std::string::npos);
}

TEST(SparkHomeTest, NamesTheWorkerJarThatIsMissing) {
  World world;
  world.AddSpark("spark-core_2.13-4.0.0.jar");
  world.AddWorkerJar("2.12");
  EXPECT_NE(SparkComplaint(world.install).find("mist-worker_2.13.jar"), std::string::npos);
}

TEST(JavaTest, ReadsTheVersionFromTheReleaseFile) {
  World world;
  world.install.java_home = world.folder.Path() / "jdk";
  MakeFile(world.install.java_home / "bin" / "java", "", true);
  MakeFile(world.install.java_home / "release", "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"17.0.9\"\n");
  EXPECT_EQ(DetectJava(world.install).version, "17.0.9");
}

TEST(JavaTest, AsksAProgramOnThePathWithoutReleaseFile) {
  World world;
  MakeFile(world.folder.Path() / "x" / "bin" / "java",
           "#!/bin/sh\necho 'openjdk version \"21.0.1\"' >&2\n", true);
  world.install.search_path = "/nowhere:" + (world.folder.Path() / "x" / "bin").string();
  EXPECT_EQ(DetectJava(world.install).version, "21.0.1");
}

TEST(JavaTest, SaysHowToGetAJavaWhenThereIsNone) {
  World world;
  world.install.search_path = "/nowhere";
  EXPECT_NE(Complaint([&] { (void)DetectJava(world.install); }).find("Install a Java"),
            std::string::npos);
  world.install.java_home = "/no/jdk";
  EXPECT_NE(Complaint([&] { (void)DetectJava(world.install); }).find("JAVA_HOME is /no/jdk"),
            std::string::npos);
}

}  // namespace
}  // namespace mist
