#include "master/workers/class_archive.h"

#include <array>
#include <cstdint>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/log.h"
#include "master/workers/submit_command.h"

namespace mist {
namespace {

namespace fs = std::filesystem;

// FNV-1a: tells one worker jar from another; nobody has a reason to make two that collide.
class Fingerprint {
 public:
  void Add(const char* bytes, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      hash_ = (hash_ ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3ULL;
    }
  }
  void AddFile(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::array<char, 64 << 10> piece{};
    while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
      Add(piece.data(), static_cast<std::size_t>(file.gcount()));
    }
  }
  std::string Text() const { return fmt::format("{:016x}", hash_); }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

// An archive is valid for exactly the same class path and JVM. Both paths are part of it.
std::string FileName(const SparkHome& spark, const Java& java) {
  Fingerprint fingerprint;
  for (const fs::path& path : {spark.folder, spark.worker_jar, java.program}) {
    fingerprint.Add(path.c_str(), path.native().size() + 1);
  }
  fingerprint.AddFile(spark.worker_jar);
  return fmt::format("spark-{}-java-{}-{}.jsa", spark.version, java.version, fingerprint.Text());
}

}  // namespace

ClassArchive::ClassArchive(ClassArchiveOptions options, const SparkHome& spark, const Java& java,
                           ProcessStarter& processes)
    : options_(std::move(options)),
      spark_(spark),
      file_(options_.folder / FileName(spark, java)),
      processes_(processes) {}

ClassArchive::~ClassArchive() {
  Stop();
}

void ClassArchive::Use(Environment& environment) {
  if (!options_.enabled) return;
  if (BeginBuild()) Train();
  MutexLock lock(mu_);
  if (state_ != State::kReady) return;
  Append(environment, "SPARK_SUBMIT_OPTS", ' ', "-XX:SharedArchiveFile=" + file_.string());
  Append(environment, "SPARK_DIST_CLASSPATH", ':', spark_.worker_jar.string());
}

void ClassArchive::Stop() {
  MutexLock lock(mu_);
  stopping_ = true;
  if (process_ != nullptr) process_->Kill();
  build_ended_.Wait(mu_, [this]() REQUIRES(mu_) { return state_ != State::kBuilding; });
}

// True once, when there is no archive yet.
bool ClassArchive::BeginBuild() {
  MutexLock lock(mu_);
  if (state_ != State::kUnknown || stopping_) return false;
  std::error_code error;
  if (fs::exists(file_, error)) {
    state_ = State::kReady;
    return false;
  }
  state_ = State::kBuilding;
  began_ = SystemClock().Mono();
  return true;
}

// The harness starts a Spark context, runs something small of everything, and ends normally, which
// writes the archive.
void ClassArchive::Train() {
  std::error_code error;
  fs::create_directories(options_.folder, error);
  if (error) return GiveUp("making " + options_.folder.string() + ": " + error.message());
  Run({{"/usr/bin/nice", "-n", "19", spark_.SparkSubmit().string(), "--master", "local[1]",
        "--conf", "spark.ui.enabled=true", "--class", kWorkerClass, spark_.worker_jar.string(),
        "--train"},
       ToStrings(EnvironmentWith("-XX:ArchiveClassesAtExit=" + PartialFile().string())),
       LogFile()},
      &ClassArchive::Trained);
}

void ClassArchive::Trained(const ProcessEnd& end) {
  std::error_code error;
  if (end.exit_code != 0) return GiveUp("the training run ended with " + Describe(end));
  if (!fs::exists(PartialFile(), error)) return GiveUp("the training run wrote no archive");
  Check();
}

// A broken archive has been seen to crash the JVM, so it must carry one before any driver gets it.
// With -Xshare:on a JVM that cannot use it ends with an error.
void ClassArchive::Check() {
  Run({{spark_.SparkSubmit().string(), "--version"},
       ToStrings(EnvironmentWith("-Xshare:on -XX:SharedArchiveFile=" + PartialFile().string())),
       LogFile()},
      &ClassArchive::Checked);
}

void ClassArchive::Checked(const ProcessEnd& end) {
  if (end.exit_code != 0) return GiveUp("a JVM with the archive ended with " + Describe(end));
  std::error_code error;
  fs::rename(PartialFile(), file_, error);
  if (error) return GiveUp("renaming it: " + error.message());
  MutexLock lock(mu_);
  EndBuildLocked(State::kReady);
  const auto took = std::chrono::duration_cast<Millis>(SystemClock().Mono() - began_);
  log::Info("class_archive_built",
            {{"file", file_.string()}, {"ms", std::to_string(took.count())}});
}

void ClassArchive::GiveUp(const std::string& why) {
  std::error_code ignored;
  fs::remove(PartialFile(), ignored);
  MutexLock lock(mu_);
  EndBuildLocked(State::kGivenUp);
  if (stopping_) return;
  log::Warn("class_archive_failed", {{"reason", why},
                                     {"output", LogFile().string()},
                                     {"effect", "drivers start without it, slower"}});
}

void ClassArchive::EndBuildLocked(State state) {
  state_ = state;
  process_ = nullptr;
  ++runs_;
  build_ended_.NotifyAll();
}

void ClassArchive::Run(ProcessSpec spec, void (ClassArchive::*then)(const ProcessEnd&)) {
  std::uint64_t run = 0;
  {
    MutexLock lock(mu_);
    run = ++runs_;
  }
  try {
    std::shared_ptr<Process> process = processes_.Start(
        std::move(spec), [this, then](const ProcessEnd& end) { (this->*then)(end); });
    MutexLock lock(mu_);
    if (run != runs_) return;  // it has ended already, and the next step runs
    if (stopping_) process->Kill();
    process_ = std::move(process);
  } catch (const std::exception& error) {
    GiveUp(error.what());
  }
}

Environment ClassArchive::EnvironmentWith(const std::string& jvm_option) const {
  Environment environment = OwnEnvironment();
  environment["SPARK_HOME"] = spark_.folder.string();
  Append(environment, "SPARK_SUBMIT_OPTS", ' ', jvm_option);
  Append(environment, "SPARK_DIST_CLASSPATH", ':', spark_.worker_jar.string());
  return environment;
}

fs::path ClassArchive::PartialFile() const {
  return file_.string() + ".partial";
}

fs::path ClassArchive::LogFile() const {
  return options_.logs_folder / "class-archive.log";
}

}  // namespace mist
