// What is installed: which Spark, which Java, which of our jars fits them.
#pragma once

#include <filesystem>
#include <string>

namespace mist {

// Where things lie. Empty paths mean "not given".
struct WorkerInstall {
  std::filesystem::path spark_home;  // SPARK_HOME
  std::filesystem::path mist_home;   // holds lib/mist-worker_2.12.jar and lib/mist-worker_2.13.jar
  std::filesystem::path java_home;   // JAVA_HOME; empty: `java` is looked for on the path
  std::string search_path;           // PATH
};

// From the environment of this process; mist_home comes from the caller, who knows where it is
// installed.
WorkerInstall InstallFromEnvironment(const std::filesystem::path& mist_home);

struct SparkHome {
  std::filesystem::path folder;
  std::string version;  // "4.0.1"
  std::string scala;    // "2.13": Scala line that it was built with
  std::filesystem::path worker_jar;

  std::filesystem::path SparkSubmit() const { return folder / "bin" / "spark-submit"; }
};

// Reads the version from the name of jars/spark-core_<scala>-<version>.jar: a Spark from PyPI has
// no RELEASE file. Throws Error (kInvalidConfig) that says what is missing, where, and how to mend
// it.
[[nodiscard]] SparkHome DetectSpark(const WorkerInstall& install);

struct Java {
  std::filesystem::path program;
  std::string version;  // "17.0.9"
};

// Throws Error (kInvalidConfig). May run `java -version` once when the installation has no release
// file.
[[nodiscard]] Java DetectJava(const WorkerInstall& install);

}  // namespace mist
