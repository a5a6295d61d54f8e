#include "master/workers/spark_home.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <regex>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "base/error.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

constexpr char kHowToGetSpark[] =
    " Set SPARK_HOME (or spark-home in the configuration) to the folder of a Spark 3.5 or 4 that "
    "holds bin/spark-submit "
    "and jars/; `pip install pyspark` brings one.";

[[noreturn]] void Fail(const std::string& message) {
  throw Error(ErrorCode::kInvalidConfig, message);
}

std::string Environment(const char* name) {
  const char* value =
      std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody here changes the environment
  return value == nullptr ? "" : value;
}

struct CoreJar {
  std::string scala;
  std::string version;
};

std::optional<CoreJar> FindCoreJar(const fs::path& jars) {
  static const std::regex pattern(R"(spark-core_(\d+\.\d+)-(\d.*)\.jar)");
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(jars, error)) {
    std::smatch match;
    const std::string name = entry.path().filename().string();
    if (std::regex_match(name, match, pattern)) return CoreJar{match[1], match[2]};
  }
  return std::nullopt;
}

fs::path WorkerJarFor(const CoreJar& core, const fs::path& spark_home, const fs::path& mist_home) {
  const bool supported =
      (core.scala == "2.12" && core.version.starts_with("3.5")) ||
      (core.scala == "2.13" && (core.version.starts_with("3.5") || core.version.starts_with("4.")));
  if (!supported) {
    Fail("The Spark in " + spark_home.string() + " is version " + core.version + " for Scala " +
         core.scala + "; supported are 3.5 and 4." + kHowToGetSpark);
  }
  const fs::path jar = mist_home / "lib" / ("mist-worker_" + core.scala + ".jar");
  if (!fs::exists(jar)) {
    Fail("The worker jar for Spark " + core.version + " (Scala " + core.scala +
         ") is missing: " + jar.string() +
         ". Build it (scripts/quickstart does) or set MIST_HOME to the folder of a complete "
         "installation.");
  }
  return jar;
}

fs::path FindJavaProgram(const WorkerInstall& install) {
  if (!install.java_home.empty()) {
    const fs::path program = install.java_home / "bin" / "java";
    if (access(program.c_str(), X_OK) == 0) return program;
    Fail("JAVA_HOME is " + install.java_home.string() +
         ", but there is no program bin/java in it. Point it to a Java 17 or "
         "newer, or unset it to use the `java` on the path.");
  }
  std::string_view rest = install.search_path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const fs::path program = fs::path(rest.substr(0, end)) / "java";
    if (end > 0 && access(program.c_str(), X_OK) == 0) return program;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  Fail(
      "No Java was found: JAVA_HOME is not set and there is no `java` on the path. Install a Java "
      "17 or newer (Debian: "
      "openjdk-17-jre-headless) or set JAVA_HOME.");
}

// JAVA_VERSION="17.0.9" in the file `release` of the installation.
std::optional<std::string> VersionFromReleaseFile(const fs::path& program) {
  std::error_code error;
  const fs::path real = fs::canonical(program, error);
  std::ifstream file(real.parent_path().parent_path() / "release");
  static const std::regex pattern("JAVA_VERSION=\"([^\"]+)\"");
  std::string line;
  while (std::getline(file, line)) {
    std::smatch match;
    if (std::regex_search(line, match, pattern)) return match[1];
  }
  return std::nullopt;
}

std::optional<std::string> VersionFromProgram(const fs::path& program) {
  const std::string command = "'" + program.string() + "' -version 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "re"), &pclose);
  if (pipe == nullptr) return std::nullopt;
  std::string output;
  std::array<char, 512> piece{};
  while (std::fgets(piece.data(), piece.size(), pipe.get()) != nullptr) output += piece.data();
  static const std::regex pattern("version \"([^\"]+)\"");
  std::smatch match;
  if (!std::regex_search(output, match, pattern)) return std::nullopt;
  return match[1];
}

}  // namespace

WorkerInstall InstallFromEnvironment(const fs::path& mist_home) {
  return WorkerInstall{Environment("SPARK_HOME"), mist_home, Environment("JAVA_HOME"),
                       Environment("PATH")};
}

SparkHome DetectSpark(const WorkerInstall& install) {
  if (install.spark_home.empty()) Fail(std::string("SPARK_HOME is not set.") + kHowToGetSpark);
  std::error_code error;
  const fs::path folder = fs::canonical(install.spark_home, error);
  if (error || !fs::is_directory(folder)) {
    Fail("SPARK_HOME is " + install.spark_home.string() + ", but there is no such folder." +
         kHowToGetSpark);
  }
  const std::optional<CoreJar> core = FindCoreJar(folder / "jars");
  if (!core) {
    Fail("SPARK_HOME is " + folder.string() +
         ", but there is no jars/spark-core_<scala>-<version>.jar in it." + kHowToGetSpark);
  }
  SparkHome home{folder, core->version, core->scala,
                 WorkerJarFor(*core, folder, install.mist_home)};
  if (access(home.SparkSubmit().c_str(), X_OK) != 0) {
    Fail("SPARK_HOME is " + folder.string() +
         ", but bin/spark-submit in it is missing or not executable." + kHowToGetSpark);
  }
  return home;
}

Java DetectJava(const WorkerInstall& install) {
  const fs::path program = FindJavaProgram(install);
  if (auto version = VersionFromReleaseFile(program)) return Java{program, *version};
  if (auto version = VersionFromProgram(program)) return Java{program, *version};
  Fail("The Java at " + program.string() +
       " does not tell its version. Install a Java 17 or newer, or set JAVA_HOME.");
}

}  // namespace mist
