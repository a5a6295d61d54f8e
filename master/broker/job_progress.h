// How far the Spark work of a running attempt is, as its worker has counted it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace mist {

struct SparkStage {
  enum class State { kWaiting, kRunning, kCompleted, kFailed };

  std::int32_t id = 0;
  std::int32_t attempt = 0;  // from 0, as Spark counts
  std::string name;          // such as "count at Main.scala:12"
  State state = State::kWaiting;
  std::int32_t tasks = 0;
  std::int32_t running_tasks = 0;
  std::int32_t completed_tasks = 0;
  std::int32_t failed_tasks = 0;
  std::optional<WallTime> begin;
  std::optional<WallTime> end;

  bool operator==(const SparkStage&) const = default;
};

// Counts are of the whole attempt; a Spark job is what one action of the function makes.
struct SparkProgress {
  struct Jobs {
    std::int64_t running = 0;
    std::int64_t completed = 0;
    std::int64_t failed = 0;

    bool operator==(const Jobs&) const = default;
  };
  struct Stages {
    std::int64_t waiting = 0;
    std::int64_t running = 0;
    std::int64_t completed = 0;
    std::int64_t failed = 0;
    std::int64_t skipped = 0;  // their output was there already

    bool operator==(const Stages&) const = default;
  };
  struct Tasks {
    std::int64_t all = 0;  // of the stages that are known so far
    std::int64_t running = 0;
    std::int64_t completed = 0;
    std::int64_t failed = 0;

    bool operator==(const Tasks&) const = default;
  };

  WallTime time;  // of the count
  Jobs jobs;
  Stages stages;
  Tasks tasks;
  std::vector<SparkStage> shown;  // those that run, those that wait, the newest that have ended

  bool operator==(const SparkProgress&) const = default;
};

}  // namespace mist
