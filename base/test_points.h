// Where tests kill the master, and the bugs that they plant to try their own checkers
// (tests/faults). Only builds with the CMake option MIST_TEST_POINTS know any of it; elsewhere
// these calls are empty. The environment is read once, at the first call:
//
//   MIST_TEST_KILL_AT=store-before-commit:3   kill -9 when it comes there for the third time
//   MIST_TEST_BUG=no-fence
#pragma once

#include <cstddef>
#include <string_view>

#include "base/test_points_option.h"

namespace mist {

// A point is one line in the code: PassTestPoint("store-before-commit").
inline constexpr std::string_view kKillPoints[] = {
    // around a commit, and what copies it into the database
    "store-before-begin",
    "store-before-commit",
    "store-after-commit",
    "store-between-callbacks",
    "checkpoint-before",
    "checkpoint-after",
    "migration-before-commit",
    "migration-after-commit",
    // what the broker lets others do
    "broker-before-submit",
    "broker-before-answer",
    "broker-after-answer",
    "broker-before-publish",
    "broker-after-publish",
    "broker-before-log",
    // replies
    "http-before-reply",
    "http-after-reply",
    "stream-before-send",
    // workers
    "launch-before",
    "launch-after",
    "register-before-reply",
    "run-before-dispatch",
    "run-after-dispatch",
    "cancel-before-dispatch",
    "commands-before-reply",
    "report-before-taken",
    "report-before-reply",
    // logs of jobs
    "log-before-write",
    "log-after-write",
    // events for message brokers
    "events-before-send",
    "events-after-send",
    "events-after-cursor",
    // requests from message brokers
    "kafka-before-start",
    "kafka-before-offsets",
    "kafka-after-offsets",
    "mqtt-before-start",
    "mqtt-before-acknowledge",
    // start and stop
    "start-before-recovery",
    "start-before-doors",
    "start-before-ready",
    "stop-before-jobs",
    "stop-after-jobs",
    "stop-after-doors",
};

inline constexpr std::string_view kPlantedBugs[] = {
    "acknowledge-before-commit",  // a commit is reported before it is made
    "no-duplicate-check",         // a request that comes again is a new one
    "answer-before-end",          // a cancel is answered while the function still runs
    "no-fence",                   // reports about any attempt of a job count for the one that runs
};

// A name that is not listed does not compile.
template <const auto& names>
class TestPointName {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): names are written as text
  consteval TestPointName(const char* name) : index_(0) {
    while (names[index_] != name) ++index_;
  }
  std::size_t Index() const { return index_; }

 private:
  std::size_t index_;
};

using KillPoint = TestPointName<kKillPoints>;
using PlantedBug = TestPointName<kPlantedBugs>;

#ifdef MIST_TEST_POINTS
void PassTestPoint(KillPoint point);
bool IsPlanted(PlantedBug bug);
#else
inline void PassTestPoint(KillPoint) {}
constexpr bool IsPlanted(PlantedBug) {
  return false;
}
#endif

}  // namespace mist
