// An archive of the classes that a Spark driver loads at its start, which halves the time until its
// first job. Built once for each (Spark, Java, worker jar) in the background at first use; until it
// is there, and when it cannot be made, drivers start as they always did.
//
// How it reaches a driver: through SPARK_SUBMIT_OPTS and SPARK_DIST_CLASSPATH, which spark-submit
// adds to what the context and spark-defaults.conf say, where --driver-java-options and
// spark.driver.extraClassPath would replace it. The JVM ignores an archive whose class path is not
// a beginning of its own, so a context with an extraClassPath starts without it. Only for drivers
// that spark-submit runs itself (client deploy mode).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "master/workers/environment.h"
#include "master/workers/process_starter.h"
#include "master/workers/spark_home.h"

namespace mist {

struct ClassArchiveOptions {
  bool enabled = true;
  std::filesystem::path folder;       // made when it is missing
  std::filesystem::path logs_folder;  // class-archive.log: output of the training run
};

// Any thread; only Stop() blocks. Failures are logged once and hurt nobody.
class ClassArchive {
 public:
  ClassArchive(ClassArchiveOptions options, const SparkHome& spark, const Java& java,
               ProcessStarter& processes);

  ~ClassArchive();
  ClassArchive(const ClassArchive&) = delete;
  ClassArchive& operator=(const ClassArchive&) = delete;

  // Adds the archive to the environment of a spark-submit, or begins to build it when there is none
  // yet.
  void Use(Environment& environment) EXCLUDES(mu_);

  // Ends a build that is under way; returns when none of its processes is left.
  void Stop() EXCLUDES(mu_);

 private:
  enum class State { kUnknown, kBuilding, kReady, kGivenUp };

  bool BeginBuild() EXCLUDES(mu_);
  void Train() EXCLUDES(mu_);
  void Trained(const ProcessEnd& end) EXCLUDES(mu_);
  void Check() EXCLUDES(mu_);
  void Checked(const ProcessEnd& end) EXCLUDES(mu_);
  void GiveUp(const std::string& why) EXCLUDES(mu_);
  void EndBuildLocked(State state) REQUIRES(mu_);
  void Run(ProcessSpec spec, void (ClassArchive::*then)(const ProcessEnd&)) EXCLUDES(mu_);
  Environment EnvironmentWith(const std::string& jvm_option) const;
  std::filesystem::path PartialFile() const;
  std::filesystem::path LogFile() const;

  const ClassArchiveOptions options_;
  const SparkHome spark_;
  const std::filesystem::path file_;
  ProcessStarter& processes_;  // synchronizes itself
  Mutex mu_;
  CondVar build_ended_;
  State state_ GUARDED_BY(mu_) = State::kUnknown;
  bool stopping_ GUARDED_BY(mu_) = false;
  std::shared_ptr<Process> process_ GUARDED_BY(mu_);
  std::uint64_t runs_ GUARDED_BY(mu_) =
      0;  // tells a process that was started from one that has ended
  MonoTime began_ GUARDED_BY(mu_);
};

}  // namespace mist
